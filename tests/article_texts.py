"""Invented texts that several test modules share: parts of articles that must survive, and paragraphs to put around."""

from __future__ import annotations

from typing import Final

OPENING: Final = (
    "The ferry at Old Quay ran for the last time on Sunday evening, with forty passengers, two dogs and a brass band "
    "on board, and nobody wanted to be the first to step off."
)
CLOSING: Final = (
    "The new bridge opens next week. The ferryman has been promised a window seat in the toll office, and says that "
    "he will think about it over the winter."
)

SURVIVORS: Final = {
    "list": "What to bring\n\n- a torch\n- two spare batteries\n- something warm\n- patience",
    "numbered list": "1. Fill the kettle.\n2. Wait.\n3. Pour slowly, and never stir twice.",
    "headings": "The first crossing\n\nIt was cold.\n\nThe last crossing\n\nIt was colder.",
    "quote": '"I never learned to swim," he said.\n\n"Nobody asked."',
    "poem": (
        "The rope is wet, the bell is still,\nthe heron stands below the hill,\nand who will row us now, and where,\n"
        "with only water everywhere?\n\nThe oar is dry, the lamp is low,\nthe river has the night to go,\n"
        "and we shall walk, and walk, and find\nthe other bank was left behind."
    ),
    "interview": "Q: Were you ever afraid?\n\nA: Twice.\n\nQ: Of the water?\n\nA: Of the passengers.",
    "long interview": "\n\n".join(f"Q: And in year {number}?\n\nA: The same, but wetter." for number in range(1, 15)),
    "table": "Year  Crossings  Passengers\n2019  4,102      61,200\n2020  1,338      9,870\n2021  2,950      40,115",
    "code": "def crossing(day):\n    if day == 'Sunday':\n        return None\n    return day > 3 and day / 2",
    "results": "Old Quay 3-1 Mill Lane\nHarbour Lads 0-0 Upper Weir\nFerrymen 2-2 Toll House\nLock Gate 1-4 Lower Weir",
    "recipe": "For the soup\n\n- 2 onions\n- 1 litre of stock\n- salt\n\nChop the onions. Boil it all.",
    "short paragraphs": "It rained.\n\nThe band played on.\n\nNobody danced.\n\nThen somebody did.",
    "lede in capitals": "THE LAST FERRY LEFT AT SIX O'CLOCK AND CAME BACK EMPTY.",
    "date inside": "12 March 1954\n\nOn this day the first ferry sank, slowly and without any fuss, at the quay.",
    "share the word": "Share the cost\n\nEvery passenger paid two pence, and children and bicycles went for half.",
    "questions": "Who paid for the bridge?\n\nThe county did.\n\nWho will miss the ferry?\n\nThe heron.",
    "phrase in prose": (
        "He asked the readers of the paper to leave a comment, to share the story and to subscribe to the ferry's own "
        "newsletter, which is a board on the quay that he writes on with chalk whenever there is anything to say."
    ),
    "prose that starts like a paywall": (
        "To read the full log book you must row to the museum, where it lies open on a table beside the door."
    ),
    "prose that starts like a link": "Read more than one page of it and you will smell the river, says the keeper.",
    "prose that starts like a date": "Posted on the door of the toll house, the timetable stayed up for nine years.",
    "cookies to eat": "The cookies were free. Cookies help you row, said his mother, and baked a tray.",
    "german verse": "Der Fluss ist breit,\ndas Boot ist klein,\nwir haben Zeit,\nwir steigen ein.",
    "arabic": "قال الملاح إن النهر لا ينتظر أحدا، وإنه سيعود في الصباح كما كان يعود كل يوم منذ أربعين سنة.",
    "japanese": "船頭は静かに櫂を置いた。川はいつもの川で、朝の霧の中に橋だけが新しかった。誰も降りなかった。",
    "russian": "Паромщик снял шапку.\n\n— Ну что ж, — сказал он и посмотрел на новый мост, который пах сырым деревом.",
    "two short sentences": "Tickets cost two pounds. Dogs go free.",
}
"""Parts of articles by what they are; none of them holds any leftover."""


def wrapped(text: str, width: int = 72) -> str:
    """`text` with its paragraphs broken at a column, as mail and old archives keep them."""
    return "\n\n".join("\n".join(_lines(paragraph.split(" "), width)) for paragraph in text.split("\n\n"))


def _lines(words: list[str], width: int) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
