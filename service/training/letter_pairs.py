"""How much a word looks like random letters, by how often letters follow each other in English technical text."""

from __future__ import annotations

FIRST = "^abcdefghijklmnopqrstuvwxyz"  # ^: the begin of a word
SECOND = "abcdefghijklmnopqrstuvwxyz$"  # $: its end
PAIRS = dict(  # bits of each second letter after a first one, counted over 20,000 different words of manuals
    zip(
        FIRST,
        (
            "454444554765455474345657779",
            "854487585963439593436677695",
            "365648774583664684464897573",
            "386738845944682795635899794",
            "477527883886774795565788792",
            "574466687985537573348675793",
            "486643782984773784554889693",
            "576727654885645694475789882",
            "387727883876663885655888683",
            "554555599984524595449597966",
            "366536665656564666563656662",
            "477626674775755676465758772",
            "387527893984773698555799483",
            "357628884986574397565989793",
            "484445384966865798436689793",
            "664476686964425493554657884",
            "387637764974873483545879593",
            "666666665665666665561666663",
            "375627693976563795446789693",
            "595737754976775587435889692",
            "486627943986674694455879583",
            "545646585984436483438898885",
            "277817773877665787677777773",
            "376536743776644774467766873",
            "564645764775575376537775572",
            "666656775886556386447678771",
            "466627763666565666666767663",
        ),
        strict=True,
    )
)


def bits_per_letter(word: str) -> float:
    """The mean bits of its letters; 0 for a word that has others than a to z.

    >>> bits_per_letter("temperature") < 4 < bits_per_letter("qwmzkdjfhx")
    True
    """
    letters = word.lower()
    if not (letters.isascii() and letters.isalpha()):
        return 0.0
    pairs = zip("^" + letters, letters + "$", strict=True)
    return sum(int(PAIRS[first][SECOND.index(second)]) for first, second in pairs) / (len(letters) + 1)
