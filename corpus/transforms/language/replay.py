"""langdetect's answers, bit for bit, many texts at once and some seventy times faster.

With a fixed seed every text meets the same stream of chance: Python's generator gives the same 32-bit words, and a text
only decides how many of them a draw eats. So a text is read into the list of its n-grams once, as nodes of a trie, and
langdetect's seven trials are replayed on that list with its own numbers, in its own order of float operations
(Shuyo 2010; `langdetect/detector.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from corpus.transforms.language.langdetect_model import SEED, LangdetectModel, load_model, profile_paths
from corpus.transforms.language.trials import detect_all, find_marks, room_for_trials
from corpus.transforms.unicode import code_points

_BATCH: Final = 64
"""Texts whose characters are held at once; it decides nothing."""


def languages() -> tuple[str, ...]:
    """The codes of langdetect in the order of the columns of `probabilities`."""
    model = load_model()
    return model.languages if model else tuple(path.name for path in profile_paths())


def probabilities(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """The probability that langdetect (seed 0, languages sorted) gives each language for each text, a row per text.

    Rows of texts in which langdetect finds nothing to go by are zero. Where another langdetect is installed than the
    one that is replayed, it is asked itself.
    """
    model = load_model()
    return _replayed(texts, model) if model else asked(texts)


def _replayed(texts: Sequence[str], model: LangdetectModel) -> npt.NDArray[np.float64]:
    found = np.zeros((len(texts), len(model.languages)))
    trie, room = (model.symbols, model.cells), room_for_trials()
    for start in range(0, len(texts), _BATCH):
        rows = slice(start, start + _BATCH)
        points, ends = _joined(_without_addresses(texts[rows]))
        detect_all(points, ends, trie, model.likelihoods(), model.chance(), room, found[rows])
    return found


def _joined(texts: list[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """The code points of all texts after each other, Vietnamese marks joined to their letters, and where each ends."""
    from langdetect.utils.ngram import NGram

    points, ends = code_points("".join(texts)), _ends(texts)
    marked = np.zeros(len(texts), np.bool_)
    find_marks(points, ends, marked)
    if marked.any():
        texts = [NGram.normalize_vi(text) if has else text for text, has in zip(texts, marked.tolist(), strict=True)]
        points, ends = code_points("".join(texts)), _ends(texts)
    return points, ends


def _ends(texts: list[str]) -> npt.NDArray[np.int64]:
    return np.cumsum([len(text) for text in texts], dtype=np.int64)


def _without_addresses(texts: Sequence[str]) -> list[str]:
    """The texts without addresses, as `Detector.append` begins."""
    from langdetect.detector import Detector

    texts = [Detector.URL_RE.sub(" ", text) if "http" in text else text for text in texts]
    return [Detector.MAIL_RE.sub(" ", text) if "@" in text else text for text in texts]


def asked(texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """The same from langdetect itself."""
    from langdetect.lang_detect_exception import LangDetectException

    factory = langdetect_factory()
    found = np.zeros((len(texts), len(factory.langlist)))
    for row, text in zip(found, texts, strict=True):
        detector = factory.create()
        detector.append(text)
        try:
            detector.get_probabilities()
        except LangDetectException:
            continue
        row[:] = detector.langprob
    return found


@functools.cache
def langdetect_factory() -> Any:
    """A factory of our own: its seed and the order of its languages are fixed, and nobody else's use is touched."""
    from langdetect.detector_factory import DetectorFactory

    factory = DetectorFactory()
    factory.seed = SEED
    factory.load_json_profile([path.read_text("utf-8") for path in profile_paths()])
    return factory
