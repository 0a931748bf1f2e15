"""What every ``retrieval.types.VectorStore`` keeps; the in-memory one is the reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.attributes import AttributeTable
from retrieval.encoders import unit
from retrieval.types import Attributes, Filter, StoreUnavailable, Vectors, VectorStore
from retrieval.vector_stores.memory import MemoryVectorStore

DAY = date(2026, 1, 1)
REGIONS = (None, "天河区", "广州市", 'a"b\\')
AUDIENCES = ((), ("自然人",), ("自然人", "企业法人"), ("港澳台'居民",))
DAYS = (
    (None, None),
    (DAY, None),
    (None, DAY),
    (DAY, DAY + timedelta(days=9)),
    (date.max, date.min),
)

Make = Callable[[], VectorStore]
MakeFor = Callable[[str], VectorStore]
Reopen = Callable[[Path, AttributeTable], VectorStore]


def random_vectors(count: int, dimensions: int = 24, seed: int = 1) -> Vectors:
    """Unit vectors, shape (count, dimensions)."""
    return unit(np.random.default_rng(seed).standard_normal((count, dimensions)))


def clustered_vectors(count: int, dimensions: int, seed: int = 1) -> tuple[Vectors, Vectors]:
    """Unit vectors around one centre in 50, as texts on one matter are, and 40 of the same kind."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((max(count // 50, 2), dimensions))
    chosen = centres[random.integers(len(centres), size=count + 40)]
    drawn = unit(chosen + 0.7 * random.standard_normal(chosen.shape))
    return drawn[:count], drawn[count:]


def every_attributes() -> list[Attributes]:
    """Each combination of places, audiences and days."""
    return [
        Attributes(region=region, audiences=audiences, valid_from=first, valid_until=last)
        for region, audiences, (first, last) in product(REGIONS, AUDIENCES, DAYS)
    ]


def filters() -> st.SearchStrategy[Filter]:
    """Filters about the places, audiences and days above, and others."""
    regions = st.sampled_from(["天河区", "广州市", "广东省", 'a"b\\', "%", ""])
    return st.builds(
        Filter,
        regions=st.lists(regions, max_size=3).map(tuple),
        audience=st.none() | st.sampled_from(["自然人", "企业法人", "港澳台'居民", "没有", ""]),
        on=st.none()
        | st.integers(-2, 12).map(lambda days: DAY + timedelta(days=days))
        | st.sampled_from([date.min, date.max]),
    )


def shared(store: VectorStore, reference: VectorStore, queries: Vectors, limit: int) -> float:
    """The mean share (0–1) of the reference's answers that the store gives too."""
    found = [
        len(set(_ids(store, query, limit)) & set(_ids(reference, query, limit)))
        for query in queries
    ]
    return sum(found) / (limit * len(queries))


def _ids(store: VectorStore, query: Vectors, limit: int, where: Filter | None = None) -> list[int]:
    positions: list[int] = store.search(query, limit, where).positions.tolist()
    return positions


class VectorStoreContract:
    """Inherit and give the fixtures ``make`` (an empty store) and ``reopen`` (a saved file)."""

    exact = True
    """Whether it gives the very answers of the reference, not only most of them."""

    examples = 60
    """Filters that are tried."""

    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError

    @pytest.fixture
    def reopen(self) -> Reopen:
        raise NotImplementedError

    def test_empty_store_finds_nothing(self, make: Make) -> None:
        for where in (None, Filter(on=DAY)):
            found = make().search(random_vectors(1)[0], 5, where)
            assert len(found.positions) == len(found.scores) == 0

    def test_finds_itself_first(self, make: Make) -> None:
        vectors = random_vectors(200)
        store = make()
        store.add(vectors)
        for position in (0, 17, 199):
            found = store.search(vectors[position], 3)
            assert found.positions[0] == position
            assert found.scores[0] == pytest.approx(1, abs=1e-5)

    def test_best_first_and_as_many_as_asked_for(self, make: Make) -> None:
        store = make()
        store.add(random_vectors(50))
        query = random_vectors(1, seed=2)[0]
        found = store.search(query, 10)
        assert len(found.positions) == len(set(found.positions.tolist())) == 10
        assert (np.diff(found.scores) <= 0).all()
        assert found.positions.dtype == np.int64
        assert found.scores.dtype == np.float32
        assert len(store.search(query, 0).positions) == 0
        assert sorted(store.search(query, 80).positions) == list(range(50))

    def test_positions_go_on_with_each_add(self, make: Make) -> None:
        vectors = random_vectors(40)
        store = make()
        store.add(vectors[:30], [Attributes(region="天河区")] * 30)
        store.add(vectors[30:])
        assert store.search(vectors[35], 1).positions.tolist() == [35]
        elsewhere = store.search(vectors[0], 40, Filter(regions=("番禺区",)))
        assert sorted(elsewhere.positions.tolist()) == list(range(30, 40))

    def test_ties_by_position(self, make: Make) -> None:
        store = make()
        store.add(np.repeat(random_vectors(1), 6, axis=0))
        assert store.search(random_vectors(1)[0], 6).positions.tolist() == [0, 1, 2, 3, 4, 5]

    def test_agrees_with_the_reference(self, make: Make) -> None:
        vectors, queries = random_vectors(400), random_vectors(20, seed=3)
        store, reference = make(), MemoryVectorStore()
        store.add(vectors)
        reference.add(vectors)
        if self.exact:
            for query in queries:
                found, wanted = store.search(query, 10), reference.search(query, 10)
                assert found.positions.tolist() == wanted.positions.tolist()
                assert np.allclose(found.scores, wanted.scores, atol=1e-5)
        assert shared(store, reference, queries, 10) >= 0.95

    def test_each_vector_has_its_attributes(self, make: Make) -> None:
        with pytest.raises(ValueError, match="2 attributes for 3 vectors"):
            make().add(random_vectors(3), [Attributes()] * 2)

    def test_filters_as_filter_admits(self, make: Make) -> None:
        attributes = every_attributes()
        vectors, query = random_vectors(len(attributes)), random_vectors(1, seed=2)[0]
        store, reference = make(), MemoryVectorStore()
        store.add(vectors, attributes)
        reference.add(vectors, attributes)

        @settings(max_examples=self.examples, suppress_health_check=list(HealthCheck))
        @given(where=filters(), limit=st.sampled_from([5, len(attributes)]))
        def check(where: Filter, limit: int) -> None:
            found = _ids(store, query, limit, where)
            assert all(where.admits(attributes[position]) for position in found)
            if self.exact or limit == len(attributes):
                assert found == _ids(reference, query, limit, where)
            else:
                assert len(found) == min(limit, sum(map(where.admits, attributes)))

        check()

    def test_reopened_from_disk(self, make: Make, reopen: Reopen, tmp_path: Path) -> None:
        attributes = (every_attributes() * 4)[:300]
        store = make()
        store.add(random_vectors(300), attributes)
        store.save(tmp_path / "vectors")
        again = reopen(tmp_path / "vectors", AttributeTable(attributes))
        for query, where in product(random_vectors(5, seed=4), (None, Filter(on=DAY))):
            before, after = store.search(query, 7, where), again.search(query, 7, where)
            assert before.positions.tolist() == after.positions.tolist()
            assert np.allclose(before.scores, after.scores)


class ServerStoreContract(VectorStoreContract):
    """For stores on a server, which keep many releases.

    Give besides: ``make_for`` (release → an empty store), ``unreachable`` (a saved file → a store
    whose server is not there), ``forget`` (release → removed).
    """

    examples = 30

    @pytest.fixture
    def make_for(self) -> MakeFor:
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self) -> Callable[[Path], VectorStore]:
        raise NotImplementedError

    @pytest.fixture
    def forget(self) -> Callable[[str], None]:
        raise NotImplementedError

    @pytest.fixture
    def make(self, make_for: MakeFor, request: pytest.FixtureRequest) -> Make:
        return partial(make_for, f"{type(self).__name__}.{request.node.name}")

    def test_the_same_release_is_replaced_and_others_stay(self, make_for: MakeFor) -> None:
        vectors = random_vectors(9)
        other, first, second = make_for("other'; --"), make_for("穗-1"), make_for("穗-1")
        other.add(vectors)
        first.add(vectors)
        second.add(vectors[:4], [Attributes(region="天河区")] * 4)
        assert sorted(_ids(second, vectors[0], 9)) == [0, 1, 2, 3]
        assert sorted(_ids(other, vectors[0], 9)) == list(range(9))
        assert _ids(second, vectors[0], 9, Filter(regions=("番禺区",))) == []

    def test_a_forgotten_release_is_unavailable_and_others_stay(
        self, make_for: MakeFor, forget: Callable[[str], None]
    ) -> None:
        vectors = random_vectors(3)
        kept, gone = make_for("kept"), make_for("gone")
        kept.add(vectors)
        gone.add(vectors)
        forget("gone")
        forget("gone")
        assert len(_ids(kept, vectors[0], 3)) == 3
        for where in (None, Filter(on=DAY)):
            with pytest.raises(StoreUnavailable):
                gone.search(vectors[0], 3, where)

    def test_unreachable_is_said_and_remembered(
        self, make: Make, unreachable: Callable[[Path], VectorStore], tmp_path: Path
    ) -> None:
        store = make()
        store.add(random_vectors(3))
        store.save(tmp_path / "vectors")
        away = unreachable(tmp_path / "vectors")
        with pytest.raises(StoreUnavailable):
            away.search(random_vectors(1)[0], 3)
        with pytest.raises(StoreUnavailable, match="a moment ago"):
            away.search(random_vectors(1)[0], 3)
        with pytest.raises(StoreUnavailable):
            away.add(random_vectors(3))


def attributes_by_turns(count: int) -> Sequence[Attributes]:
    """``count`` attributes, every combination in turn."""
    kinds = every_attributes()
    return [kinds[number % len(kinds)] for number in range(count)]
