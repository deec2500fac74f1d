"""What larger builds need, from the figures of small ones: tables of `benchmarks.simulate_join`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corpus.stages.grouping import MOST_PAIRS
from corpus.stages.join import BATCH_HASHES
from corpus.transforms.duplicates.find import DuplicateOptions
from corpus.transforms.duplicates.join import ABSENT, PART_ENTRIES, RANGE_ENTRIES

OPTIONS: Final = DuplicateOptions()
SHINGLE_BYTES: Final = 12
"""A staged shingle: its hash and its span."""
CANDIDATE_BYTES: Final = 8 * 8
"""A candidate pair in the driver while pairs are handed to tasks: packed, as ranks, as rows, and rows sorted."""
RELATED_BYTES: Final = 2 * 4 * 8
"""A related row in the driver: four numbers, and once more while they are put into order."""
SIZES_BYTES: Final = 9
"""The sizes of a sketch, which every task that merges pairs looks up by rank."""
DISK_PAGE: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The search for copies in one corpus: counts of the whole, bytes, and `*_seconds` of one processor.

    `entries` are the hashes that are joined, `emitted` the pairs under all of them, `distinct` the different ones,
    `candidates` those compared, of `candidate_texts` with `shingles` in all, and `verified` those that can tell
    anything, `largest` of them in one connected component. `rounds` is how often all texts were asked until each had a
    group. `driver_bytes` are held, at the peak, by arrays over all rows while tasks form groups.
    """

    articles: int
    text_bytes: int
    entries: int
    emitted: int
    distinct: int
    candidates: int
    candidate_texts: int
    shingles: int
    verified: int
    largest: int
    copies: int
    rounds: int
    driver_bytes: int
    sketch_seconds: float
    join_seconds: float
    compare_seconds: float
    group_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What one more article costs a whole build: processor seconds of the workers and of the driver; bytes of the files
    that are staged and released, and of the list of inputs in memory.
    """

    workers: float
    driver: float
    staged: float
    released: float
    listed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """`nodes` alike with so many bytes of memory and bytes a second of network, and the articles to package."""

    articles: int
    nodes: int
    cores: int = 16
    memory: float = 64e9
    network: float = 10e9 / 8


CLUSTERS: Final = (Cluster(articles=10**8, nodes=32), Cluster(articles=10**10, nodes=512))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Pairs an article in a corpus of n articles: `factor` * n**`power`, but at most `most`."""

    factor: float
    power: float
    most: float

    def at(self, articles: float) -> float:
        """Pairs an article in a corpus of so many."""
        return float(min(self.factor * articles**self.power, self.most))


def growth(sizes: Sequence[Size], name: str, most: float) -> Growth:
    """Fitted by least squares of logarithms; a figure that falls is taken to stay at its largest."""
    each = np.array([getattr(size, name) / size.articles for size in sizes])
    power, level = np.polyfit(np.log([size.articles for size in sizes]), np.log(each), 1).tolist()
    return Growth(factor=math.exp(level) if power > 0 else float(each.max()), power=max(power, 0.0), most=most)


def pair_growth(sizes: Sequence[Size]) -> dict[str, Growth]:
    """How each kind of pairs grows: under a hash no text meets more than `partners` others."""
    emitted = OPTIONS.partners * sizes[-1].entries / sizes[-1].articles
    compared = OPTIONS.partners / OPTIONS.candidate
    most = {"emitted": emitted, "distinct": emitted, "candidates": compared, "verified": compared}
    return {name: growth(sizes, name, limit) for name, limit in most.items()}


def measured_table(sizes: Sequence[Size]) -> str:
    """The three simulations side by side."""
    counts = {
        "bytes of text, an article": "text_bytes",
        "hashes joined, an article": "entries",
        "pairs under all hashes, an article": "emitted",
        "different pairs, an article": "distinct",
        "candidate pairs, an article": "candidates",
        "verified pairs that can tell anything, an article": "verified",
        "copies, an article": "copies",
        "bytes of the driver's arrays at their peak, an article": "driver_bytes",
    }
    rows = [[label, *(getattr(size, name) / size.articles for size in sizes)] for label, name in counts.items()]
    rows.append(["verified pairs in the largest component", *(size.largest for size in sizes)])
    rows.append(["rounds until every text has its group", *(size.rounds for size in sizes)])
    rows.append(["sketch, us an article", *(1e6 * size.sketch_seconds / size.articles for size in sizes)])
    rows.append(["join, us a hash", *(1e6 * size.join_seconds / size.entries for size in sizes)])
    rows.append(["join, us a pair under a hash", *(1e6 * size.join_seconds / size.emitted for size in sizes)])
    rows.append(["compare, us a candidate pair", *(1e6 * size.compare_seconds / size.candidates for size in sizes)])
    rows.append(["order and group, us an article", *(1e6 * size.group_seconds / size.articles for size in sizes)])
    return table(["simulated join", *(f"{size.articles:,} articles" for size in sizes)], rows)


def growth_table(sizes: Sequence[Size]) -> str:
    """The fits, how well the smaller sizes foretell the largest, and what follows for the clusters."""
    rows: list[list[str | float]] = []
    last = sizes[-1]
    told = pair_growth(sizes[:-1])
    for name, fit in pair_growth(sizes).items():
        foretold = told[name].at(last.articles) * last.articles / getattr(last, name) - 1
        carried = [fit.at(cluster.articles) for cluster in CLUSTERS]
        rows.append([name, f"{fit.factor:.3g} n^{fit.power:.3f}", f"{foretold:+.1%}", *carried, fit.most])
    heads = ["pairs an article", "fit to n articles", f"smaller two foretell {last.articles:,}"]
    return table([*heads, *(f"at {cluster.articles:.0e}" for cluster in CLUSTERS), "at most"], rows)


def costs_table(costs: Costs) -> str:
    """What one more article costs a whole build."""
    rows: list[list[str | float]] = [
        ["workers, us of one processor", 1e6 * costs.workers],
        ["driver, us of one processor", 1e6 * costs.driver],
        ["staged files, bytes", costs.staged],
        ["release, bytes", costs.released],
        ["list of inputs in the driver, one file an article, bytes", costs.listed],
    ]
    return table(["one more article in a whole build", "costs"], rows)


def limits_table(sizes: Sequence[Size], costs: Costs) -> str:
    """From how many articles on the present code stops or slows down on a node of the cluster."""
    node, last = CLUSTERS[0], sizes[-1]
    entries = last.entries / last.articles
    limits: dict[str, float] = {
        f"pieces of the shuffle get smaller than {DISK_PAGE:,} bytes": BATCH_HASHES
        * PART_ENTRIES
        * 8
        / DISK_PAGE
        / entries,
        "the driver's list of inputs fills its node, with one file an article": node.memory / costs.listed,
        "the driver's arrays fill its node, as fitted": node.memory / driver_bytes(node.articles, sizes, crowded=False),
        "the driver's arrays fill its node, all crowded": node.memory
        / driver_bytes(node.articles, sizes, crowded=True),
        f"{MOST_PAIRS:,} verified pairs, if all texts hang together with {OPTIONS.partners} each": MOST_PAIRS
        / OPTIONS.partners,
        "the driver's own work takes a day": 86_400 / costs.driver,
        "the sizes that merging tasks look up fill a node": node.memory / (node.cores + SIZES_BYTES),
        "ranks need more than 32 bits": ABSENT,
    }
    ordered = sorted(limits.items(), key=lambda item: item[1])
    return table(["present code", "from articles"], [[label, limit] for label, limit in ordered])


def plan_table(sizes: Sequence[Size], costs: Costs) -> str:
    """Both clusters, with pairs as fitted, and with every hash crowded and 16 candidates for every article."""
    columns = [plan(cluster, sizes, costs, crowded=crowded) for cluster in CLUSTERS for crowded in (False, True)]
    heads = [
        f"{cluster.articles:.0e} on {cluster.nodes} nodes, {case}"
        for cluster in CLUSTERS
        for case in ("as fitted", "all crowded")
    ]
    return table(["plan", *heads], [[label, *(column[label] for column in columns)] for label in columns[0]])


def plan(cluster: Cluster, sizes: Sequence[Size], costs: Costs, *, crowded: bool) -> dict[str, float]:
    """What a build needs: the present code up to 2**32 articles, and beyond it the changes that docs/scale.md names."""
    articles, last, grown = cluster.articles, sizes[-1], pair_growth(sizes)
    changed = articles > ABSENT
    entry_bytes, pair_bytes, passes = (16, 20, 2) if changed else (8, 12, 1)
    entries = articles * last.entries / last.articles
    emitted = entries * OPTIONS.partners if crowded else articles * grown["emitted"].at(articles)
    candidates, verified = (
        articles * (OPTIONS.partners if crowded else grown[name].at(articles)) for name in ("candidates", "verified")
    )
    parts, batches = 2.0 ** int(entries // PART_ENTRIES).bit_length(), entries / BATCH_HASHES
    pieces = passes * batches * parts ** (1 / passes)
    text_bytes = articles * last.text_bytes / last.articles
    shuffled = passes * entry_bytes * entries + pair_bytes * emitted
    shingle_bytes = SHINGLE_BYTES * last.shingles / last.candidate_texts
    candidate_bytes = shingle_bytes * min(articles, candidates * last.candidate_texts / last.candidates)
    staged, released = articles * costs.staged, articles * costs.released
    traffic = text_bytes + 3 * staged + 2 * released + 2 * shuffled + candidate_bytes + 2 * candidates * shingle_bytes
    everywhere = shuffled + candidate_bytes  # without a shared folder each node brings these files whole
    in_store = text_bytes + 3 * (staged + released) + (1 + cluster.nodes) * everywhere
    processors = cluster.nodes * cluster.cores
    work = (
        articles * costs.workers
        + emitted * last.join_seconds / last.emitted
        + candidates * last.compare_seconds / last.candidates
    )
    looked_up = 0 if changed else articles  # a byte an article: whether its sketch is whole
    held = articles * driver_bytes(articles, sizes, crowded=crowded) / (cluster.nodes if changed else 1)
    hours = {
        "workers, hours": work / processors / 3600,
        "network, hours": traffic / cluster.nodes / cluster.network / 3600,
        "driver's work, hours": articles * costs.driver / (processors if changed else 1) / 3600,
    }
    return {
        "hashes joined": entries,
        "pairs under all hashes": emitted,
        "candidate pairs": candidates,
        "verified pairs": verified,
        "shuffle volume, TB": shuffled / 1e12,
        "all traffic, TB": traffic / 1e12,
        "all traffic through a store with --work, TB": in_store / 1e12,
        "parts of the join": parts,
        "pieces of the shuffle": pieces,
        "bytes of a piece": passes * entry_bytes * entries / pieces,
        **hours,
        "hours, one after another": sum(hours.values()),
        "driver's work on one processor, hours": articles * costs.driver / 3600,
        "memory of the tasks of a node, GB": cluster.cores * task_bytes(entry_bytes, pair_bytes, looked_up) / 1e9,
        "memory of arrays over all rows, GB a holder": held / 1e9,
        "disk, TB a node": (text_bytes + staged + shuffled + candidate_bytes + released) / cluster.nodes / 1e12,
    }


def driver_bytes(articles: float, sizes: Sequence[Size], *, crowded: bool) -> float:
    """What an article of so many takes in the driver; errs upwards, for pairs are gone before relations are there."""
    candidates = OPTIONS.partners if crowded else pair_growth(sizes)["candidates"].at(articles)
    related = min(OPTIONS.related_most, 2 * OPTIONS.partners) if crowded else 0  # those of the simulation are measured
    return sizes[-1].driver_bytes / sizes[-1].articles + candidates * CANDIDATE_BYTES + related * RELATED_BYTES


def task_bytes(entry_bytes: int, pair_bytes: int, looked_up: int) -> float:
    """The most that a task holds: one part of the join with every hash crowded, or one range of pairs."""
    joined = PART_ENTRIES * (3 * entry_bytes + 2 * pair_bytes * OPTIONS.partners)
    merged = RANGE_ENTRIES * (4 * pair_bytes + 8) + looked_up
    return max(joined, merged)


def table(heads: Sequence[str], rows: Sequence[Sequence[str | float]]) -> str:
    """A table in Markdown."""
    lines = [list(heads), ["---"] * len(heads)]
    lines += [[cell if isinstance(cell, str) else number(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float) -> str:
    """Three digits, or all before the point of one that is not too large."""
    if value >= 1e6:
        return f"{value:.2e}".replace("e+0", "e").replace("e+", "e")
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
