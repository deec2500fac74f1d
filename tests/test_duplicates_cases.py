"""What newsrooms print in many versions, and what the rules make of each: invented texts, one law a test."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from corpus.transforms.duplicates.numbers import numbers_in
from tests.test_duplicates import OPTIONS, article, find, in_script, kinds, related, text

TOWNS = ("Alder End", "Millbrook", "Upper Combe", "Fenwick", "Harrow Ley", "Stoke Barrow", "Nettleham", "Ousby")


def weather(day: int) -> str:
    """A page of the weather service: long standing sentences, with a few figures and the place filled in."""
    draw = random.Random(day)
    high, low, wind, rain, mercury, rise = (draw.randrange(11, 990) for _ in range(6))
    return (
        f"Weather for {TOWNS[day % 8]} and the villages around it, as told by the county weather service this morning. "
        f"The day will be mild for the season, with a high of {high} tenths and a low of {low} tenths after sunset. "
        f"Winds will come from the west and freshen in the afternoon, with gusts of up to {wind} on open ground. "
        f"The chance of rain stands at {rain} in a thousand, and farmers are asked to bring in what must stay dry. "
        f"The glass at the town hall stood at {mercury} when this was written, and the river gauge read {rise}. "
        "People who must travel over the hills should take warm clothes with them and tell somebody where they go."
    )


def match_report(day: int) -> str:
    """A report that a program writes from the score sheet."""
    draw = random.Random(1000 + day)
    home, guest = draw.sample(TOWNS, 2)
    goals, minutes = draw.randrange(3, 9), sorted(draw.sample(range(10, 90), 3))
    return (
        f"{home} took all the points against {guest} in the county league on Saturday, and the crowd went home happy. "
        f"The first goal fell in minute {minutes[0]} after a corner that nobody in the box could get out of danger. "
        f"The second one came in minute {minutes[1]} from the spot, after the referee had seen a hand where others saw "
        f"none. The last one fell in minute {minutes[2]} with the guests far up the field and their keeper off his "
        f"line. It was goal number {goals * 10 + day} of the season for the home side, which {day * 7 + 211} people "
        f"had come to see on a dry and windy afternoon at the old ground by the mill."
    )


def stock_table(day: int) -> str:
    draw = random.Random(2000 + day)
    names = ("Alder Mills", "Barrow Rail", "Combe Dairies", "Fenwick Gas", "Harrow Steel", "Ousby Ferries")
    rows = [f"{name} {draw.randrange(100, 999)}.{draw.randrange(10, 99)} {draw.randrange(1, 99)}" for name in names * 5]
    head = "Closing prices at the county exchange with the change on the day before as given by the clerk of the house"
    return "\n".join([head, *rows])


@pytest.mark.parametrize("form", [weather, match_report, stock_table])
def test_records_in_one_form_stay_apart(form: Callable[[int], str]) -> None:
    """They are covered by one another, but each has numbers of its own."""
    found = find([form(day) for day in range(40)])
    assert set(kinds(found)) == {"unique"}


def test_it_is_the_numbers_that_keep_records_apart() -> None:
    pages = [weather(day) for day in range(4)]
    assert set(kinds(find(pages, options=replace(OPTIONS, own_numbers=100)))) != {"unique"}


def test_a_copy_of_a_record_is_found_among_the_others() -> None:
    pages = [weather(day) for day in range(30)]
    found = find([*pages, pages[7].replace("mild", "fair"), pages[9][: len(pages[9]) * 2 // 3]])
    assert found.kept.tolist() == [*range(30), 7, 9]


def test_numbers_count_in_all_scripts() -> None:
    """Thai digits and full-width digits are read as the same numbers, though they make other words."""
    plain = "".join(f"{in_script(0x0E01, 0x0E2E, 30, day)} {day * 137} " for day in range(20))
    thai = "".join(chr(0x0E50 + int(point)) if point.isascii() and point.isdigit() else point for point in plain)
    wide = "".join(chr(0xFF10 + int(point)) if point.isascii() and point.isdigit() else point for point in plain)
    numbers, borders = numbers_in([plain, thai, wide])
    assert numbers.tolist() == [day * 137 for day in range(20)] * 3
    assert borders.tolist() == [0, 20, 40, 60]
    assert len(set(find([plain, thai, wide]).kept.tolist())) == 1


def test_a_number_begins_a_word() -> None:
    numbers, borders = numbers_in(["25C, 1,250 and B52", "最高25度最低7度", "no 12.5 in gu8b5 12", ""])
    assert numbers.tolist() == [1, 25, 250, 7, 25, 5, 12]
    assert borders.tolist() == [0, 3, 5, 7, 7]


def test_wire_copy_with_a_local_lede_is_one_article() -> None:
    """Up to a quarter of the text is the paper's own."""
    wire = article(1, 300)
    found = find([text(article(seed, 40 + seed), wire) for seed in (2, 3, 4)])
    assert sorted(kinds(found)) == ["kept", "near", "near"]


def test_wire_copy_in_a_story_of_its_own_is_related() -> None:
    wire = article(1, 150)
    found = find([text(article(seed, 250), wire) for seed in (2, 3)])
    assert kinds(found) == ["unique", "unique"]
    assert related(found) == {(0, 1), (1, 0)}


def test_a_correction_is_the_same_article() -> None:
    """A figure changed in the text, and a note below that says so."""
    words = [*article(1, 150), "19", "people", "at", "the", "cost", "of", "2,300", "crowns", *article(2, 150)]
    first = text(words)
    note = ["An", "earlier", "version", "gave", "a", "wrong", "number", "of", "people"]
    found = find([first, text([("17" if word == "19" else word) for word in words], note)])
    assert kinds(found) == ["near", "kept"]


def test_an_update_keeps_the_longest_version() -> None:
    """The flash, the first report and the full story: each version holds the one before, lightly edited."""
    words = article(1, 600)
    versions = [text(words[:90]), text(words[:80], article(2, 8), words[80:250]), text(words)]
    found = find(versions)
    assert found.kept.tolist() == [2, 2, 2]
    assert kinds(found) == ["contained", "contained", "kept"]


def test_an_update_that_replaces_most_of_the_text_is_related() -> None:
    words = article(1, 400)
    found = find([text(words), text(words[:200], article(2, 300))])
    assert kinds(found) == ["unique", "unique"]
    assert related(found) == {(0, 1), (1, 0)}


def test_an_earlier_state_of_a_live_blog_is_contained_in_the_later_one() -> None:
    entries = [[f"{hour}.30", *article(hour, 60)] for hour in range(1, 13)]
    found = find([text(*entries[::-1]), text(*entries[:5][::-1])])
    assert kinds(found) == ["kept", "contained"]


def test_live_blogs_that_roll_on_are_related() -> None:
    """Entries fall off at the end as new ones come: neither holds the other."""
    entries = [[f"{hour}.30", *article(hour, 60)] for hour in range(1, 13)]
    found = find([text(*entries[:8][::-1]), text(*entries[4:][::-1])])
    assert kinds(found) == ["unique", "unique"]
    assert related(found) == {(0, 1), (1, 0)}


def test_live_blogs_of_two_days_share_a_head_only() -> None:
    head = article(99, 60)
    days = [text(head, *([f"{hour}.30", *article(100 * day + hour, 60)] for hour in range(1, 9))) for day in (1, 2)]
    assert kinds(find(days)) == ["unique", "unique"]


def test_a_press_release_and_its_reprints_are_one_article() -> None:
    """One reprint drops the part about the firm, one is cut short, one puts a line above."""
    release, about = article(1, 300), article(2, 60)
    found = find(
        [text(release, about), text(release), text(release[:120]), text(["Sent", "to", "us"], release[:280], about)]
    )
    assert kinds(found) == ["kept", "near", "contained", "near"]


def test_a_story_that_quotes_a_press_release_is_related() -> None:
    release = article(1, 300)
    found = find([text(release), text(article(2, 200), release[50:170], article(3, 200))])
    assert kinds(found) == ["unique", "unique"]
    assert related(found) == {(0, 1), (1, 0)}


SCRIPTS = {"zh": (0x4E00, 0x5200, "。"), "ja": (0x3041, 0x3096, "。"), "th": (0x0E01, 0x0E2E, " ")}


def sentences(script: str, seed: int, count: int = 24) -> list[str]:
    first, last, stop = SCRIPTS[script]
    return [in_script(first, last, 25, 1000 * seed + number) + stop for number in range(count)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_copies_in_scripts_without_spaces(script: str) -> None:
    """Cut, quoted in a page, and with some characters changed; line breaks and full stops make no difference."""
    whole = sentences(script, 1)
    broken = "\n".join(sentence.rstrip("。 ") for sentence in whole)
    first = chr(SCRIPTS[script][0])
    edited = "".join(sentence.replace(sentence[12], first) if at % 2 else sentence for at, sentence in enumerate(whole))
    excerpt = "".join([*sentences(script, 2, 1), *whole[8:16], *sentences(script, 3, 1)])
    texts = ["".join(whole), broken, edited, "".join(whole[:10]), excerpt, "".join(sentences(script, 4))]
    found = find(texts, ["2020-01-01", *["2021-01-01"] * 5])
    assert kinds(found) == ["kept", "exact", "near", "contained", "contained", "unique"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_look_alikes_in_scripts_without_spaces(script: str) -> None:
    """A shared block and a shared quote join nobody, and records differ in their numbers."""
    block = sentences(script, 9, 6)
    pages = ["".join([*sentences(script, seed, 14), *block]) for seed in (1, 2, 3)]
    form = sentences(script, 8, 8)
    draw = random.Random(5)
    records = ["".join(f"{sentence}{draw.randrange(100, 9999)}" for sentence in form) for _ in range(5)]
    assert set(kinds(find([*pages, *records]))) == {"unique"}
