"""Lines that no fixed phrase names: by the words in them, by relative dates, by what they are made like."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from corpus.schema import KINDS
from corpus.transforms.boilerplate import phrases as lists
from corpus.transforms.boilerplate.label import scan
from corpus.transforms.boilerplate.marks import BY_CUES, UNMARKED
from corpus.transforms.boilerplate.phrases import languages, load
from corpus.transforms.boilerplate.rules import mark_lines
from corpus.transforms.normalize import normalize

CUED = {
    "newsletter": [
        "The headlines of the river, sent to you with the tide",
        "Najlepsze teksty z przystani co rano w skrzynce",
        "أبرز ما في الميناء يصلك كل صباح",
    ],
    "paywall": [
        "Your account has two unlimited weeks remaining, become a member",
        "Dieser Artikel ist unseren Mitgliedern vorbehalten",
        "Il reste un seul article gratuit avec votre compte, abonnez-vous",
    ],
    "comment_form": ["Bitte einloggen und mitdiskutieren im Kommentarbereich"],
    "cookie_notice": ["Beim Besuch setzen wir und Partner Cookies, Einstellungen unten"],
}
"""Invented lines that no phrase of a list tells, by kind."""

PROSE = [
    "The council read the letter aloud, and every morning since then the clerk has opened the inbox with a sigh.",
    "Wer seine Zeitung abonniert hat, liest jeden Morgen, dass die Fähre wieder nicht gefahren ist, sagt der Wirt.",
    "Yorumları okumayı bıraktığım gün, yazmayı da bırakacağımı sandım.",
    "They shared the article on the quay, and nobody subscribed to its view.",
]

DATED = [
    "2 days ago", "vor 3 Std.", "vor 2 Tagen", "il y a 2 jours", "hace 3 horas", "há 2 dias", "2 giorni fa",
    "3 uur geleden", "för 2 dagar sedan", "for 2 dager siden", "for 3 timer siden", "2 päivää sitten", "3 godz. temu",
    "před 2 dny", "pred 3 hodinami", "3 часа назад", "2 дні тому", "преди 2 часа", "3 saat önce", "منذ 3 ساعات",
    "לפני 3 שעות", "2 दिन पहले", "2日前", "3小时前", "2일 전", "πριν 2 ημέρες", "acum 3 ore",
    "prije 2 dana", "3 jam lalu",
    "2 ngày trước", "fa 3 hores", "【南浦町】3月8日", "【南浦町】11月28日", "鹤湾，6月2日",
]  # fmt: skip

NOT_DATED = ["3 Tage Regen", "两天，9月的雨", "Kapitel 2", "5 Jahre danach"]


def told(text: str) -> tuple[str, int]:
    """The kind and rule of a lone line, `-` where it has none."""
    phrases = load(languages())
    page = scan(normalize(text))
    mark_lines(page.plain, page.folded, phrases.lexicon, page.lines)
    line = page.lines[0]
    return (KINDS[line["kind"]] if line["form"] != UNMARKED else "-", int(line["rule"]))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in CUED.items() for text in texts])
def test_a_topic_and_a_request_name_a_line(kind: str, text: str) -> None:
    code = BY_CUES + KINDS.index(kind)
    assert told(text) == (kind, code)
    assert load(languages()).rules[code] == f"cues:{kind}"


@pytest.mark.parametrize("text", PROSE)
def test_prose_with_the_same_words_is_not_named(text: str) -> None:
    assert told(text)[0] == "-"


@pytest.mark.parametrize("text", DATED)
def test_relative_and_short_dates(text: str) -> None:
    assert told(text)[0] == "dateline"


@pytest.mark.parametrize("text", NOT_DATED)
def test_numbers_of_days_and_years_in_a_heading_are_no_date(text: str) -> None:
    assert told(text)[0] == "-"


def test_a_lone_address_is_a_byline_and_an_account_is_none() -> None:
    assert told("ada.quill@quay.example")[0] == "byline"
    assert told("@adaquill")[0] == "-"


def test_compiled_phrases_are_those_that_compiling_anew_gives() -> None:
    made, kept = lists._compile([lists.SHARED, "en"]), load(("en",))
    assert tuple(made["rules"].tolist()) == kept.rules
    for name, array in kept.lexicon._asdict().items():
        assert name == "traits" or np.array_equal(array.view(made[name].dtype), made[name])
        assert not array.flags.writeable


def test_phrases_are_compiled_anew_when_any_code_that_compiles_them_changes() -> None:
    package = Path(lists.__file__).parents[2]
    imported = set()
    for node in ast.walk(ast.parse(Path(lists.__file__).read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("corpus"):
            path = package.parent / node.module.replace(".", "/")
            names = [path / alias.name for alias in node.names] if path.is_dir() else [path]
            imported |= {name.with_suffix(".py") for name in names}
    assert imported - set(lists.COMPILED_BY) == {package / "transforms" / "tables.py"}
    assert all(path.is_file() for path in lists.COMPILED_BY)
