"""English abbreviations that end in a period, by what the period says about the end of a sentence.

All are lower case and without the last period. The lists were written for this project, with an eye on the
errors in the training part of UD English EWT.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALWAYS_FOLLOWED: Final = _words(
    """
    mr mrs ms mx messrs mme mlle dr drs prof rev revd fr sr sra st ste hon pres gov lt col gen capt cpt
    cmdr adm maj sgt sen rep reps amb supt insp det cpl pvt pfc atty msgr bros mt ft vs v cf e.g eg i.e
    ie viz approx ca c attn ph
    """
)
"""Titles and the like, whose period never ends a sentence: something must follow."""

FOLLOWED_BY_NUMBER: Final = _words(
    """
    no nos nr vol vols fig figs eq eqs sec secs ch chap pp p para art tab ext jan feb mar apr jun jul
    aug sep sept oct nov dec
    """
)
"""Abbreviations whose period does not end a sentence if a number comes next."""

EITHER: Final = _words(
    """
    inc corp co ltd llc plc jr etc esq bldg dept univ assn intl ave blvd rd hwy apt mfg mon tue tues wed
    thu thur thurs fri sat a.m p.m am pm u.s u.k u.n e.u d.c l.a n.y ph.d m.d b.a m.a b.s m.s b.sc m.sc
    b.c a.d est hrs min mins lbs oz sq tel esp al ps p.s abbr jan feb apr jun jul aug sept oct nov dec
    """
)
"""Abbreviations that also end sentences: the next word decides."""

STARTERS: Final = _words(
    """
    the a an this that these those there here it its he his she her they their them we our you your i my
    in on at by for from with to of as but and or so yet if when while where after before since although
    though because however moreover also then now what which who why how is are was were do does did
    will would can could should no not some many most all each every one two both several more such
    please let once until during under
    """
)
"""Words that, capitalised, show a new sentence after an abbreviation, since names seldom begin with them."""

CARELESS_STARTERS: Final = STARTERS - _words(
    """
    a an on in at by for from with to of as and or so yet if when while where after before since because
    is are was were do does did will would can could should no not some many most all each every one two
    both which who several more such under until during what that then now although though however how
    let once
    """
)
"""The starters that show a new sentence even without a capital, unless an abbreviation goes before."""
