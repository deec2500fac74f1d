"""The simulated join and the plan for clusters: figures agree with one another, and rounds with one pass."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.make_articles import make
from benchmarks.plan_cluster import (
    CLUSTERS,
    Cluster,
    Costs,
    Size,
    costs_table,
    growth,
    growth_table,
    limits_table,
    measured_table,
    pair_growth,
    plan,
    plan_table,
)
from benchmarks.simulate_join import in_rounds, simulate
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.groups import Copies, stars
from tests.conftest import ROOT

COSTS = Costs(workers=500e-6, driver=20e-6, staged=7_000, released=1_000, listed=300)
SMALL = Cluster(articles=10**6, nodes=4)


@pytest.fixture(scope="module")
def sizes() -> list[Size]:
    texts = [make(1, number).text for number in range(1200)]
    simulate(texts[:500])  # compiles what is not compiled yet
    return [simulate(texts[:count]) for count in (300, 600, 1200)]


def test_every_step_leaves_fewer_pairs(sizes: list[Size]) -> None:
    partners = DuplicateOptions().partners
    for size in sizes:
        assert 0 < size.verified <= size.candidates <= size.distinct <= size.emitted <= partners * size.entries
        assert 0 < size.copies < size.articles
        assert size.candidate_texts <= min(size.articles, 2 * size.candidates)
        assert 100 * size.articles < size.driver_bytes < 1000 * size.articles


def test_of_a_hundred_articles_some_seventeen_are_copies(sizes: list[Size]) -> None:
    assert 0.05 < sizes[-1].copies / sizes[-1].articles < 0.17


def test_growth_gives_back_a_power_law(sizes: list[Size]) -> None:
    made = [
        dataclasses.replace(sizes[0], articles=count, emitted=round(2.0 * count**1.25))
        for count in (10**4, 10**5, 10**6)
    ]
    fit = growth(made, "emitted", 500.0)
    assert fit.factor == pytest.approx(2.0, rel=1e-3)
    assert fit.power == pytest.approx(0.25, abs=1e-3)
    assert fit.at(10**8) == pytest.approx(200.0, rel=1e-2)
    assert fit.at(10**12) == 500.0


def test_what_falls_is_not_carried_on_downwards(sizes: list[Size]) -> None:
    made = [dataclasses.replace(sizes[0], articles=count, candidates=1000) for count in (1000, 2000, 4000)]
    assert growth(made, "candidates", 16.0).at(10**10) == 1.0


def test_no_pairs_beyond_the_partners(sizes: list[Size]) -> None:
    each = sizes[-1].entries / sizes[-1].articles
    for fit in pair_growth(sizes).values():
        assert fit.at(10**30) <= max(16 * each, 16 / 0.15) + 1e-9


def test_the_plan_adds_up(sizes: list[Size]) -> None:
    found = plan(SMALL, sizes, COSTS, crowded=False)
    crowded = plan(SMALL, sizes, COSTS, crowded=True)
    twice = plan(dataclasses.replace(SMALL, nodes=8), sizes, COSTS, crowded=False)
    hours = [found[name] for name in ("workers, hours", "network, hours", "driver's work, hours")]
    assert found["hours, one after another"] == pytest.approx(sum(hours))
    assert found["driver's work, hours"] == pytest.approx(20 / 3600)
    assert found["workers, hours"] > 500 / 64 / 3600
    assert twice["network, hours"] == pytest.approx(found["network, hours"] / 2)
    assert crowded["pairs under all hashes"] == pytest.approx(16 * crowded["hashes joined"])
    assert crowded["shuffle volume, TB"] > found["shuffle volume, TB"]
    assert found["pieces of the shuffle"] * found["bytes of a piece"] == pytest.approx(8 * found["hashes joined"])


def test_the_tables_name_the_clusters_and_limits(sizes: list[Size]) -> None:
    lines = plan_table(sizes, COSTS).splitlines()
    assert all(f"{cluster.articles:.0e} on {cluster.nodes} nodes" in lines[0] for cluster in CLUSTERS)
    assert {line.count("|") for line in lines} == {6}
    assert "| ranks need more than 32 bits | 4.29e9 |" in limits_table(sizes, COSTS)


def test_the_document_shows_these_tables(sizes: list[Size]) -> None:
    measured = (
        (ROOT / "docs" / "scale.md").read_text("utf-8").split("<!-- measured -->")[1].split("<!-- /measured -->")[0]
    )
    tables = [measured_table(sizes), growth_table(sizes), costs_table(COSTS), limits_table(sizes, COSTS)]
    for line in "\n".join([*tables, plan_table(sizes, COSTS)]).splitlines():
        label = line.split("|")[1] if line else ""
        assert f"|{label}|" in measured or not label


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Copies, int]:
    """Any copies among up to twelve rows in keeper order, of few different overlaps."""
    rows = draw(st.integers(2, 12))
    edges = sorted({(of, text) for of in range(rows) for text in range(of + 1, rows)})
    chosen = draw(st.lists(st.sampled_from(edges), unique=True, max_size=40))
    overlap = draw(st.lists(st.sampled_from([0.3, 0.5, 1.0]), min_size=len(chosen), max_size=len(chosen)))
    of, text = (np.array([edge[side] for edge in chosen], np.int64) for side in (0, 1))
    return Copies(of=of, text=text, overlap=np.array(overlap), shorter=np.zeros(len(chosen), np.bool_)), rows


@given(graphs())
def test_rounds_decide_as_one_pass_does(graph: tuple[Copies, int]) -> None:
    copies, rows = graph
    ranks = np.arange(rows)
    kept, rounds = in_rounds(copies, ranks)
    assert kept.tolist() == stars(copies, ranks, ()).kept.tolist()
    assert rounds <= rows


def test_a_chain_takes_as_many_rounds_as_it_has_texts() -> None:
    of = np.arange(9)
    copies = Copies(of=of, text=of + 1, overlap=np.ones(9), shorter=np.zeros(9, np.bool_))
    kept, rounds = in_rounds(copies, np.arange(10))
    assert rounds == 10
    assert kept.tolist() == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8]
