"""Invented articles and pages in several languages, for the line model to learn what a page's data seldom shows.

Lists, poems, tables, recipes and talk end an article, and a dense comment form stands below: nothing but their look and
place tells them from links. All words are made up here; what pages print around articles comes from the phrase lists.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from corpus.transforms.boilerplate.phrases import read


class Piece(NamedTuple):
    """A line of a text: whether it belongs to the article (1, 0, or -1 where nobody knows), and a blank line above."""

    text: str
    kept: int
    gap: bool


class Language(NamedTuple):
    """Words to make texts of: clauses without an end, things, and names."""

    clauses: tuple[str, ...]
    things: tuple[str, ...]
    names: tuple[str, ...]


def _split(clauses: str, things: str, names: str) -> Language:
    return Language(*(tuple(part.split("|")) for part in (clauses, things, names)))


LANGUAGES: Final = {
    "en": _split(
        "the mill wheel turned all night|nobody came to mend the roof|a goat slept under the cart|snow lay on the "
        "upper fields|the baker counted his loaves twice|she sang to the bees in the evening|the well had run dry "
        "again|two brothers argued about a fence|the train stopped for no reason|an owl moved into the chapel",
        "barley flour|a brown jug|three candles|the long ladder|salted butter|wool socks|a bell|cider|old maps|a saw",
        "Millbrook|Alder End|Tom Hatch|Nell Barrow|Upper Combe|Greta Lund|Fenwick|Sal Moss",
    ),
    "de": _split(
        "das Mühlrad drehte sich die ganze Nacht|niemand wollte das Dach flicken|eine Ziege schlief unter dem Karren|"
        "auf den Wiesen lag noch Schnee|der Bäcker zählte seine Brote zweimal|im Brunnen war kein Wasser mehr|"
        "zwei Brüder stritten um einen Zaun|der Zug hielt ohne jeden Grund",
        "Gerstenmehl|ein brauner Krug|drei Kerzen|die lange Leiter|Butter|Wollsocken|eine Glocke|alte Karten|eine Säge",
        "Mühlbach|Erlenau|Jörg Hasel|Lene Brandt|Oberdorf|Grete Lund|Finkenwald|Ute Moos",
    ),
    "fr": _split(
        "la roue du moulin a tourné toute la nuit|personne n'est venu réparer le toit|une chèvre dormait sous la "
        "charrette|la neige couvrait encore les prés|le boulanger a compté ses pains deux fois|le puits était de "
        "nouveau à sec|deux frères se disputaient une clôture|le train s'est arrêté sans raison",
        "farine d'orge|une cruche brune|trois bougies|la grande échelle|du beurre salé|une cloche|du cidre|une scie",
        "Moulinet|Val-d'Aulne|Luc Haie|Odile Barre|Haute-Combe|Rose Lunel|Fontenelle|Paul Mousse",
    ),
    "es": _split(
        "la rueda del molino giró toda la noche|nadie vino a reparar el tejado|una cabra dormía bajo el carro|"
        "la nieve cubría todavía los prados|el panadero contó los panes dos veces|el pozo estaba seco otra vez|"
        "dos hermanos discutían por una valla|el tren se detuvo sin motivo",
        "harina de cebada|una jarra|tres velas|la escalera larga|mantequilla|una campana|sidra|mapas viejos|una sierra",
        "Molinar|Alisos|Tomás Haya|Nela Barco|Valdearriba|Rosa Luna|Fuentes|Pablo Musgo",
    ),
    "nl": _split(
        "het molenrad draaide de hele nacht|niemand kwam het dak maken|een geit sliep onder de kar|er lag nog sneeuw "
        "op het land|de bakker telde zijn broden twee keer|de put stond weer droog|twee broers ruzieden om een hek|"
        "de trein stopte zonder reden",
        "gerstemeel|een bruine kruik|drie kaarsen|de lange ladder|gezouten boter|een bel|oude kaarten|een zaag",
        "Molenbeek|Elzendam|Joris Haag|Neeltje Baars|Bovendorp|Griet Lund|Vinkenbos|Saar Mos",
    ),
    "pt": _split(
        "a roda do moinho girou toda a noite|ninguém veio consertar o telhado|uma cabra dormia sob a carroça|"
        "a neve cobria ainda os prados|o padeiro contou os pães duas vezes|o poço estava seco outra vez|"
        "dois irmãos discutiam por uma cerca|o comboio parou sem motivo",
        "farinha de cevada|um jarro|três velas|a escada longa|manteiga|um sino|sidra|mapas antigos|uma serra",
        "Moinhos|Amieiro|Tomé Faia|Nela Barca|Vale de Cima|Rosa Lunar|Fontes|Paulo Musgo",
    ),
    "ru": _split(
        "мельничное колесо крутилось всю ночь|никто не пришёл чинить крышу|коза спала под телегой|на лугах ещё лежал "
        "снег|пекарь дважды пересчитал хлебы|колодец снова пересох|два брата спорили из-за забора|поезд встал без "
        "всякой причины",
        "ячменная мука|кувшин|три свечи|длинная лестница|солёное масло|колокол|старые карты|пила",
        "Мельниково|Ольховка|Тимофей Грач|Нелли Барсова|Верхний Лог|Грета Лунина|Ключи|Савва Мохов",
    ),
    "zh": _split(
        "水车整夜转个不停|没有人来修屋顶|山羊睡在车底下|高处的田里还有雪|面包师把面包数了两遍|井又干了|兄弟俩为篱笆争吵|火车无缘无故停下了",
        "大麦粉|棕色水壶|三支蜡烛|长梯子|咸黄油|一口钟|旧地图|锯子",
        "磨坊村|赤杨镇|林小河|白石|上谷|周远山|泉水|苏青苔",
    ),
    "ja": _split(
        "水車は一晩中回っていた|屋根を直しに来る人はいなかった|山羊は荷車の下で眠っていた|高い畑にはまだ雪があった|パン屋はパンを二度数えた|"
        "井戸はまた枯れていた|兄弟は垣根のことで言い争った|列車は理由もなく止まった",
        "大麦の粉|茶色の水差し|三本のろうそく|長い梯子|塩バター|鐘|古い地図|のこぎり",
        "水車村|榛の木町|林小川|白石|上谷|遠山|泉|苔野",
    ),
    "ar": _split(
        "دارت عجلة الطاحونة طوال الليل|لم يأت أحد ليصلح السقف|نامت عنزة تحت العربة|كان الثلج لا يزال على الحقول|"
        "عد الخباز أرغفته مرتين|جف البئر مرة أخرى|تشاجر أخوان على سياج|توقف القطار بلا سبب",
        "طحين الشعير|جرة بنية|ثلاث شموع|السلم الطويل|زبدة مملحة|جرس|خرائط قديمة|منشار",
        "الطاحونة|وادي الحور|سليم الزان|نادية البحر|التل الأعلى|وردة القمر|العيون|فريد الطحلب",
    ),
}
_UNSPACED: Final = ("zh", "ja")
_STOPS: Final = {"zh": "。", "ja": "。"}
_KINDS: Final = ("comment_form", "related_links", "newsletter", "share_links", "navigation", "copyright", "comments")
_TOPS: Final = ("navigation", "navigation", "share_links", "newsletter", "paywall", "other")


def _verse(words: Language, random: Random) -> list[str]:
    ends = random.choice(["", ",", "."])
    return [random.choice(words.clauses) + ends for _ in range(random.randint(3, 14))]


def _list(words: Language, random: Random) -> list[str]:
    sign = random.choice(["- ", "* ", "• ", ""])
    return [sign + random.choice(words.things) for _ in range(random.randint(2, 9))]


def _numbered(words: Language, random: Random) -> list[str]:
    end = random.choice(["", "."])
    return [f"{number}. {_capital(random.choice(words.clauses))}{end}" for number in range(1, random.randint(3, 9))]


def _table(words: Language, random: Random) -> list[str]:
    head = " ".join(_capital(random.choice(words.things)) for _ in range(2))
    rows = [f"{1900 + random.randint(0, 99)} {random.randint(10, 999)} {random.random() * 9:.2f}" for _ in range(6)]
    return [head, *rows[: random.randint(2, 6)]]


def _results(words: Language, random: Random) -> list[str]:
    pairs = [random.sample(words.names, 2) for _ in range(random.randint(2, 8))]
    return [f"{home} {random.randint(0, 5)}-{random.randint(0, 5)} {guest}" for home, guest in pairs]


def _recipe(words: Language, random: Random) -> list[str]:
    parts = [f"{random.randint(1, 9)}00 g {random.choice(words.things)}" for _ in range(random.randint(2, 7))]
    return [_capital(random.choice(words.things)), *parts, _capital(random.choice(words.clauses)) + "."]


def _talk(words: Language, random: Random) -> list[str]:
    speakers = random.choice([random.sample(words.names, 2), ["Q", "A"]])
    said = [_capital(random.choice(words.clauses)) + random.choice(".?!") for _ in range(random.randint(2, 8))]
    return [f"{speakers[number % 2]}: {text}" for number, text in enumerate(said)]


def _short_sentences(words: Language, random: Random) -> list[str]:
    return [_capital(random.choice(words.clauses)) + random.choice(".!") for _ in range(random.randint(1, 6))]


def _headed(words: Language, random: Random) -> list[str]:
    pairs = [(random.choice(words.things), random.choice(words.clauses)) for _ in range(random.randint(1, 4))]
    return [line for head, text in pairs for line in (_capital(head), _capital(text) + ".")]


def _names(words: Language, random: Random) -> list[str]:
    return [f"{random.choice(words.names)}, {random.choice(words.things)}" for _ in range(random.randint(2, 9))]


_PARTS: Final[tuple[Callable[[Language, Random], list[str]], ...]] = (
    _verse, _list, _numbered, _table, _results, _recipe, _talk, _short_sentences, _headed, _names,
)  # fmt: skip


def part(random: Random) -> list[str]:
    """Lines that end or interrupt an article: a list, a poem, a table, talk and the like."""
    return random.choice(_PARTS)(LANGUAGES[random.choice(list(LANGUAGES))], random)


def article(random: Random) -> list[Piece]:
    """An invented article of a few paragraphs and parts, with or without blank lines and a page around it."""
    name = random.choice(list(LANGUAGES))
    words = LANGUAGES[name]
    spaced = random.random() < 0.3
    body = [_paragraph(name, words, random) for _ in range(random.randint(1, 6))]
    for _ in range(random.choice([1, 1, 2])):
        place = random.choice([len(body), len(body), random.randint(0, len(body))])
        body[place:place] = random.choice(_PARTS)(words, random)
    top = _around(name, words, random, _TOPS, random.choice([0, 0, 2, 6]))
    tail = _around(name, words, random, _KINDS, random.choice([2, 4, 6, 10]))
    lines = [*((text, 0) for text in top), *((text, 1) for text in body), *((text, 0) for text in tail)]
    return [Piece(text, kept, spaced) for text, kept in lines]


def _paragraph(name: str, words: Language, random: Random) -> str:
    joint = "，" if name in _UNSPACED else ", "
    blank = "" if name in _UNSPACED else " "
    clauses = [[random.choice(words.clauses) for _ in range(random.randint(2, 4))] for _ in range(random.randint(1, 4))]
    return blank.join(_capital(joint.join(sentence)) + _STOPS.get(name, ".") for sentence in clauses)


def _around(name: str, words: Language, random: Random, kinds: tuple[str, ...], size: int) -> list[str]:
    """Lines that a site prints around an article: phrases, and below headers a few links."""
    lines = []
    for _ in range(size):
        kind = random.choice(kinds)
        lines.append(random.choice(_phrases(name, kind) or _phrases("en", kind)))
        links = random.randint(1, 5) if kind in ("related_links", "navigation") and random.random() < 0.6 else 0
        short = kind == "navigation"
        lines += [_capital(random.choice(words.things if short else words.clauses)) for _ in range(links)]
    return lines


@functools.cache
def _phrases(language: str, kind: str) -> tuple[str, ...]:
    """Whole lines of a kind, from the phrase list of a language."""
    return tuple(
        _capital(phrase.text)
        for phrase in read(language)
        if phrase.kind == kind and phrase.form in ("line", "head") and len(phrase.text) > 1
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
