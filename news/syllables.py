"""Which words are Vietnamese syllables, by spelling alone. A leaf: no model, no Django.

Vietnamese writes syllable by syllable: a beginning, a rime and one of six tones, and a rime that ends in a stop
(p, t, c, ch) takes only the tones sắc and nặng. The tables hold what the spelling allows, not what dictionaries
list; they are for telling Vietnamese from what merely looks like letters.
"""

import re
import unicodedata
from functools import lru_cache

TONES = {
    "\N{COMBINING GRAVE ACCENT}",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{COMBINING HOOK ABOVE}",
    "\N{COMBINING TILDE}",
    "\N{COMBINING DOT BELOW}",
}
_TONE_ON_A_CONSONANT = re.compile(f"[^aeiouy\u0302\u0306\u031b][{''.join(sorted(TONES))}]")
_TONES_BEFORE_A_STOP = {"\N{COMBINING ACUTE ACCENT}", "\N{COMBINING DOT BELOW}"}

# The longest first, so that `ngh` is not taken for `n`. P alone begins borrowed words only.
_BEGINNING_TABLE = "b c ch d đ g gh gi h k kh l m n ng ngh nh ph qu r s t th tr v x"
_BEGINNINGS = sorted(_BEGINNING_TABLE.split(), key=len, reverse=True)

_RIME_TABLE = """
    a ai ao au ay am an ang anh ap at ac ach
    ăm ăn ăng ăp ăt ăc
    âu ây âm ân âng âp ât âc
    e eo em en eng ep et ec
    ê êu êm ên êng ênh êp êt êch
    i ia iu im in inh ip it ich
    iêu iêm iên iêng iêp iêt iêc
    o oi om on ong oong op ot oc ooc
    oa oai oao oay oam oan oang oanh oap oat oac oach
    oăm oăn oăng oăp oăt oăc
    oe oeo oen oet
    ô ôi ôm ôn ông ôp ôt ôc
    ơ ơi ơm ơn ơp ơt
    u ua ui um un ung up ut uc
    uôi uôm uôn uông uôt uôc
    uân uâng uât uây
    uê uên uênh uêt uêch uêu uơ
    uy uya uyu uyn uynh uyt uych uyp uyên uyêt
    ư ưa ưi ưu ưm ưn ưng ưt ưc
    ươi ươu ươm ươn ương ươp ươt ươc
    y yêu yêm yên yêng yêt
"""
_RIMES = frozenset(_RIME_TABLE.split())


def bare(word: str) -> tuple[str, str]:
    """The word in small letters without its tone, and the tones that were taken off, in order.

    >>> bare("Nghị")
    ('nghi', '\\u0323')
    """
    parts = unicodedata.normalize("NFD", word.lower())
    tones = "".join(c for c in parts if c in TONES)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in TONES)), tones


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Whether the word is spelled as one Vietnamese syllable, wherever its tone mark stands."""
    letters, tones = bare(word)
    if len(tones) > 1 or _TONE_ON_A_CONSONANT.search(unicodedata.normalize("NFD", word.lower())):
        return False
    stopped = letters.endswith(("p", "t", "c", "ch"))
    if stopped and len(letters) > 1 and tones not in _TONES_BEFORE_A_STOP:
        return False
    if letters in _RIMES:
        return True
    for beginning in _BEGINNINGS:
        if letters.startswith(beginning) and letters[len(beginning) :] in _RIMES:
            return True
    return letters == "gi"  # gì: the i is both the beginning's and the rime's
