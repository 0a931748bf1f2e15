"""Filters through the whole search: what is not admitted is no hit, however it is called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.attributes import attributes_of
from retrieval.hybrid import DenseRanker, Hybrid
from retrieval.index import HashingEncoder, build, open_index
from retrieval.types import Attributes, Document, Filter, Query, Scored, StoreUnavailable, Vectors
from tests.contracts.vector_stores import DAY, attributes_by_turns, filters
from tests.retrieval.samples import documents

TEXTS = (
    "居住证办理",
    "居住证",
    "护照",
    "GZ-06",
    "身份证材料",
    "结婚",
    "离婚登记要带什么",
    "？",
    "",
)


def varied() -> list[Document]:
    """The samples ten times, each time for others."""
    found = documents() * 10
    return [
        replace(
            document,
            id=f"{document.id}-{at}",
            record=f"{document.id}-{at}",
            region=one.region,
            audiences=one.audiences,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
        for at, (document, one) in enumerate(
            zip(found, attributes_by_turns(len(found)), strict=True)
        )
    ]


@pytest.fixture(scope="module", params=["faiss", "memory"])
def hybrid(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Hybrid:
    directory = tmp_path_factory.mktemp("index")
    build(varied(), directory, release="r1", encoder="hashing", store=request.param)
    return open_index(directory)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(TEXTS), filters(), st.none() | st.sampled_from([0.0, 0.5]), st.integers(1, 30)
)
def test_only_admitted_documents_are_hits(
    hybrid: Hybrid, text: str, where: Filter, decisive: float | None, limit: int
) -> None:
    result = hybrid.search(Query(text=text, where=where, decisive=decisive, limit=limit))
    for hit in (*result.hits, *result.rejected):
        assert where.admits(attributes_of(hit.document))


def test_what_is_admitted_is_still_found(hybrid: Hybrid) -> None:
    where = Filter(regions=("天河区",), audience="企业法人", on=DAY)
    hits = hybrid.search(Query(text="结婚登记", where=where, limit=5)).hits
    wanted = [one for one in varied() if where.admits(attributes_of(one))]
    assert any(one.title == "结婚登记" for one in wanted)
    assert hits[0].document.title == "结婚登记"


def test_a_filter_that_asks_nothing_changes_nothing(hybrid: Hybrid) -> None:
    for text in TEXTS:
        plain, filtered = (
            hybrid.search(Query(text=text, where=where)).hits for where in (None, Filter())
        )
        assert plain == filtered


class Down:
    """A store whose server does not answer."""

    def add(self, vectors: Vectors, attributes: object = None) -> None:
        raise StoreUnavailable

    def search(self, vector: Vectors, limit: int, where: Filter | None = None) -> Scored:
        raise StoreUnavailable

    def save(self, path: Path) -> None:
        raise StoreUnavailable


def test_without_its_vector_store_it_still_answers_and_says_so(hybrid: Hybrid) -> None:
    down = Hybrid(replace(hybrid.index, dense=DenseRanker(HashingEncoder(), Down())))
    for text in ("离婚登记", "护照签发材料"):
        with_vectors, without = (
            one.search(Query(text=text, where=Filter(on=DAY))) for one in (hybrid, down)
        )
        assert with_vectors.missing == ()
        assert without.missing == ("dense",)
        assert without.hits[0].document.title == with_vectors.hits[0].document.title
        assert all(hit.parts["dense"] == 0 for hit in without.hits)


def test_attributes_survive_the_disk(hybrid: Hybrid) -> None:
    for at, document in enumerate(varied()):
        assert hybrid.index.documents.at(at) == document
    assert [hybrid.index.attributes.kinds[code] for code in hybrid.index.attributes.codes] == [
        Attributes(
            region=one.region,
            audiences=one.audiences,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
        )
        for one in varied()
    ]
