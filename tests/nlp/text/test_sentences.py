"""Sentence boundaries; `|` marks where the cases below are parted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.text.sentences import sentences

CASES = [
    "One. |Two! |Three? |Four",
    "Mr. Smith met Dr. J. R. Jones vs. Prof. Li. |They talked.",
    "He lives in the U.S. and works. |She left the U.S. |The end.",
    "The U.S. Army came at 5 p.m. |It stayed.",
    "Apples, pears, etc. are sold, e.g. Here. |Inc. is short.",
    "Acme Inc. |They make it. |Acme Inc. Products sell.",
    "See No. 5, pp. 3-4, Fig. 2 on Jan. 5. |Was it in Jan. |The fifth?",
    "No. |We do not.",
    "It costs 3.14 dollars. |Or 1.5.",
    "Go to example.com. |It is there.",
    "Well... perhaps. |Well... |Perhaps. |So … it goes … |But no.",
    "“Stop!” he cried. |“Why?” |She left.",
    'He said "Go." |Then (he went.) |Then it ended.',
    "What?! |Really!! |Yes.",
    "I did it. |It was I. |You know.",
    "Vitamin C. |It helps Henry V. |He had it c. 1400, Roe v. Wade.",
    "1. First thing. |2. Second thing.",
    "Yahoo!, the firm, and Jeopardy!. |Both.",
    "in the wrong case. |it happens. |i know",
    "It is over. |see you soon. |---- (Click here. |- Yes. |http://a.b/c",
    "The dept. of war, the approx. date, Sgt. to be. |So it was, abbr. for all.",
    "He won $5. |$6 is more. |42 is most.",
    "Already parted . |Like this .",
    "A line\nbroken. |A blank line\n\n|makes a paragraph\n \n|and another",
    "今天天气很好。|我们去公园吧！|你说呢？|好",
    "他说：“你好！”|然后走了。",
    "“你好！”，他说。|她说（真的。）|是吗？！|走吧",
    "我想……|他走了。|等等……，再说。",
    "「行くぞ。」|と言った。|終わり",
    "你好吗?|我很好!|谢谢.|再见",
    "价格是3.14元。|１４．５元。",
    "我在U.S.工作。|He said 你好。|Then left.",
    "यह है। |वह है।",
    "¡Hola! |¿Qué tal? |Llega el cartero. |¿Cuándo? |Ayer. |¡Vaya!",
    "The river rises.[1] |It falls.[2][3] |Nobody knows why.[4, 5] |See fig. 3.[6–8] |He said “No.”[9] |So.",
    "Area is 5 m². |Next is 3.² |Then more. |See [1]. |Or [2] here.",
    "Great day. 😀 |Next was bad! 👩‍👩‍👧 |We left.😀 |Then rain 😀 and more. |Well… 😀 and so on.",
    "Thanks! 🇨🇳 |Bye",
    "We need tea. |• Bread is out. |– Milk too.",
    "To buy:\n|• tea\n|• bread and\nbutter\n|- milk\nwell-known\n-5 is less",
    "今天很好。😀 |明天下雨。[1] |后天不知道！😀|大后天呢？",
    "„Das ist gut.“ |Er ging. |»Ja.« |›Nein!‹ |„Nun?“ fragte er. |»Die Welt ist schlecht.« |Das half.",
    "« Bonjour. » |Elle part. |«\u202fOui\u202f!\u202f» |Non. |« Quoi ? » dit-il. |« Rien. |Plus. »",
    "She said.“Go now.” |No. |“Yes.” |“No.”",
    "iPhone is out. |iPad too. |It was eBay. |eBay won.",
    "Այո։ |Ոչ։ |አዎ። |አይ።",
    "Made by Acme © in 1990. |It is ™ of theirs.",
]


@pytest.mark.parametrize("case", CASES)
def test_boundaries(case: str) -> None:
    text = case.replace("|", "")
    expected = [part.strip() for part in case.split("|")]
    assert [text[start:end] for start, end in sentences(text)] == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "\u3000\t"])
def test_nothing(text: str) -> None:
    assert sentences(text) == []


telling_texts = st.lists(
    st.sampled_from([*"aA1。！？….!?\"'”’)(“，, \n\t\u3000\u2028\x1c中", "Mr", "U.S", "etc", "1.", "the "]),
    max_size=30,
).map("".join)


@settings(max_examples=500)
@given(text=telling_texts | st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_is_lost(text: str) -> None:
    spans = sentences(text)
    left = list(text)
    previous = 0
    for start, end in spans:
        assert previous <= start < end
        assert text[start:end] == text[start:end].strip()
        left[start:end] = " " * (end - start)
        previous = end
    assert not "".join(left).strip()
