"""Pictures of the page for the README: ``python -m tests.browser.screenshots`` writes them to
``channels/pictures/``.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path
from urllib.parse import urljoin

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from assistant import bootstrap
from tests.browser import site
from tests.conftest import no_progress, settings_of

PICTURES = Path(__file__).resolve().parents[2] / "channels" / "pictures"
COLOURS = 128
FROM_ELSEWHERE = 2  # the option 外省户籍


def main() -> None:
    path = site.chromium()
    if path is None:
        sys.exit("no chromium: run `make browser`")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        bootstrap.publish(settings_of(home), no_progress)
        with site.site(home) as address, site.browser(path) as browser:
            phone = _opened(browser, address, 390, 844, scale=2, mobile=True)
            site.ask(phone, "身份证丢了补办要带什么材料")
            _save(phone, "phone.png")
            wide = _opened(browser, address, 1280, 800, scale=1.5, mobile=False)
            site.ask(wide, "失业金怎么领")
            _save(wide, "pc.png")
            _life_events(browser, address)


def _life_events(browser: Browser, address: str) -> None:
    """A question of the guide, a plan, and a plan on paper, each of another life event."""
    phone = _opened(browser, address, 390, 844, scale=2, mobile=True)
    site.ask(phone, "妈妈去世了，要办哪些手续")
    _save(phone, "guide-phone.png")
    wide = _opened(browser, address, 1280, 1000, scale=1.5, mobile=False)
    site.ask(wide, "想开一家餐馆要办哪些证")
    site.to_the_plan(wide)
    _save(wide, "plan-pc.png", at=wide.locator(".turn").last)
    worker = _opened(browser, address, 1280, 800, scale=1, mobile=False)
    site.ask(worker, "新来广州打工要办什么")
    site.answer(worker, FROM_ELSEWHERE)
    site.to_the_plan(worker)
    worker.goto(urljoin(address, site.saved_plan(worker)))
    sheet = pypdfium2.PdfDocument(worker.pdf(format="A4"))
    _keep(sheet[0].render(scale=2).to_pil(), "plan-print.png")


def _opened(
    browser: Browser, address: str, width: int, height: int, *, scale: float, mobile: bool
) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        is_mobile=mobile,
        has_touch=mobile,
        reduced_motion="reduce",
        color_scheme="light",
        locale="zh-CN",
    )
    page.goto(address)
    page.locator("#example-list button").first.wait_for()
    return page


def _save(page: Page, name: str, at: Locator | None = None) -> None:
    """What the window shows, from the top of the page or of the element ``at``."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    if at is not None:
        at.evaluate("node => node.scrollIntoView({ block: 'start' })")
    _keep(Image.open(io.BytesIO(page.screenshot())), name)


def _keep(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").quantize(COLOURS).save(PICTURES / name, optimize=True)
    print(f"{PICTURES / name}: {(PICTURES / name).stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
