"""A script of the protocol that needs nothing: passages with most of the question's characters."""

from collections.abc import Iterable, Mapping, Sequence

from eval.bench.peers import protocol


class Shared:
    def __init__(self, job: protocol.Job) -> None:
        self._limit = job.limit

    def build(self, passages: Iterable[protocol.Passage]) -> Mapping[str, float]:
        self._passages = list(passages)
        return {"build_seconds": 7.0, "disk_mb": 0.5}

    def search(self, text: str) -> Sequence[str]:
        def far(one: protocol.Passage) -> int:
            return -len(set(text) & set(one.whole))

        return [one.id for one in sorted(self._passages, key=far)][: self._limit]


def broken(job: protocol.Job) -> protocol.System:
    raise RuntimeError("no such model")


if __name__ == "__main__":
    protocol.main({"shared": Shared, "broken": broken}, ("pytest",))
