"""``contract.yaml`` against what our side sends and the reference server really answers."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import yaml

from assistant.gateways.desks import HttpCaseRegistry, HttpWorkOrderDesk
from assistant.work_orders.types import FollowUp, OrderStatus, Refused
from tests.assistant.gateways.lines import PATIENCE, line_to
from tests.assistant.gateways.servers import Reference
from tests.contracts.case_registries import case_of
from tests.contracts.work_order_desks import order, step

PATH = Path(__file__).resolve().parents[3] / "assistant/gateways/contract.yaml"
CONTRACT: dict[str, Any] = yaml.safe_load(PATH.read_text())


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    """A part of the contract, or what its ``$ref`` names."""
    found: Any = value
    while "$ref" in found:
        here = CONTRACT
        for name in found["$ref"].removeprefix("#/").split("/"):
            here = here[name]
        found = here
    return dict(found)


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """How a value differs from a schema of the contract."""
    whole = {**schema, "components": CONTRACT["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


class Recorder(httpx.AsyncHTTPTransport):
    """A transport that checks every exchange against the contract; ``seen``: what was exchanged."""

    def __init__(self) -> None:
        super().__init__(verify=False)
        self.seen: set[tuple[str, int]] = set()
        self.wrong: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        await response.aread()
        self.seen.add((request.url.path, response.status_code))
        self.wrong += check(request, response)
        return response


def check(request: httpx.Request, response: httpx.Response) -> list[str]:
    """What of an exchange is not of the contract."""
    call = CONTRACT["paths"][request.url.path][request.method.lower()]
    wrong = problems(
        resolved(call["requestBody"]["content"]["application/json"]["schema"]),
        json.loads(request.content),
    )
    for given in map(resolved, call.get("parameters", ())):
        if given["name"] not in request.headers:
            wrong.append(f"{given['name']} is missing")
    answers = call["responses"]
    if str(response.status_code) not in answers and response.status_code not in (429, 500):
        wrong.append(f"{response.status_code} is not in the contract")
    answer = resolved(answers.get(str(response.status_code), answers["default"]))
    kind = response.headers["content-type"]
    if kind not in answer["content"]:
        return [*wrong, f"{kind} is not in the contract"]
    return wrong + problems(resolved(answer["content"][kind]["schema"]), response.json())


def test_every_exchange_is_of_the_contract(city: Reference) -> None:
    recorder = Recorder()
    case = case_of()

    async def go() -> None:
        async with line_to(city, transport=recorder) as line:
            desk, registry = HttpWorkOrderDesk(line), HttpCaseRegistry(line)
            one = order()
            number = (await desk.file(one)).number
            await desk.file(one)
            await desk.file(order(phone=None, topic=None, place=None, wish=None))
            for act in ("add", "urge", "rate", "reopen"):
                what = FollowUp(act=act, text="又来了", stars=3, key=secrets.token_hex())
                await desk.follow_up(number, "1234", what)
            await city.advance(number, step(OrderStatus.CLOSED, "已处理"), 3)
            for act in ("rate", "urge", "reopen", "withdraw"):
                what = FollowUp(act=act, stars=3, key=secrets.token_hex())
                await desk.follow_up(number, "1234", what)
            await desk.look_up(number, "1234")
            for _ in range(6):
                await desk.look_up(number, "0")
            assert isinstance(
                await desk.follow_up(number, "1234", FollowUp(act="urge", key="k")), Refused
            )
            await city.add_case(case, "13900005678")
            await registry.look_up(case.number, "5678")
            await registry.look_up(case.number, "0")
            for fault in ("error", "busy"):
                city.control("faults", [fault])
                await desk.file(order())

    asyncio.run(go())
    assert recorder.wrong == []
    wanted = {
        (path, int(status))
        for path, call in CONTRACT["paths"].items()
        for status in call["post"]["responses"]
        if status not in ("default", "401", "422")
    }
    assert wanted | {("/v1/orders", 500), ("/v1/orders", 429)} == recorder.seen


@pytest.mark.parametrize("path", list(CONTRACT["paths"]))
def test_refusals_of_strangers_and_of_nonsense_are_of_the_contract(
    city: Reference, path: str
) -> None:
    answers = resolved(CONTRACT["paths"][path]["post"])["responses"]
    for token, status in (("wrong", 401), (city.token, 422)):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
        answer = httpx.post(
            f"{city.url}{path}", json={"text": "秘密"}, headers=headers, trust_env=False
        )
        assert answer.status_code == status
        content = resolved(answers[str(status)])["content"]
        schema = content[answer.headers["content-type"]]["schema"]
        assert problems(resolved(schema), answer.json()) == []
        assert "秘密" not in answer.text


def test_the_contract_is_a_sound_document() -> None:
    assert CONTRACT["openapi"] == "3.1.0"
    for name, schema in CONTRACT["components"]["schemas"].items():
        jsonschema_rs.meta.validate(schema)
        assert "type" in schema, name
    assert PATIENCE.attempts > 1


def test_the_checker_sees_what_is_wrong(city: Reference) -> None:
    request = httpx.Request("POST", f"{city.url}/v1/orders", json={"kind": "x"})
    answer = httpx.Response(201, json={"number": "", "filed": "yesterday"})
    wrong = check(request, answer)
    assert len(wrong) >= 5
    assert "Idempotency-Key is missing" in wrong
