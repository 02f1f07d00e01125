"""`words` mode: the contract's list of what is one token, case by case."""

from __future__ import annotations

import pytest

from nlp.text.tokenize import tokenizer

WHOLE = [
    # numbers
    "3.14", "1,000", "1,234,567.89", "192.168.0.1", "1e-5", "6.02e+23", "v1.2.3",
    "1'000", "½", "1½", "３．１４",
    # dates and times
    "2024-05-01", "12:30", "12:30:45", "12:30:45.123", "9:30am", "2024-05-01T12:30:45Z",
    "2024-05-01T12:30+02:00",
    "１４：５２",
    # words with inner marks
    "don't", "don’t", "it's", "rock'n'roll", "O'Brien", "l'homme", "y'all've",
    "state-of-the-art", "COVID-19",
    "20-year-old", "jack‐in‑the-box", "snake_case", "new_york", "col·lecció", "צה״ל",
    # letters and digits
    "naïve", "e\u0301tude", "co\u00adop", "B2B", "mp3", "3rd", "m²", "H₂O", "Ⅳ",
    "Ελλάδα", "Москва", "שלום", "हिन्दी", "مرحبا",
    # addresses
    "http://example.com", "https://example.com/a/b.html?q=1&r=%20#top",
    "HTTP://EXAMPLE.COM:8080/", "ftp://a.b/c",
    "http://localhost:80", "https://en.wikipedia.org/wiki/Foo_(bar)",
    "http://a.b/c_(d)_(e)?f[]=1", "file:///etc/motd",
    "www.example.com", "example.com", "amazon.co.uk/dp", "news.example.org:80/x?y",
    "http://example.com/é", "http://[::1]:8080/path", "https://[2001:db8::1]", "http://a.b/it's?q='x'&y",
    "t.cn/zl7Xr4E", "http://a.b/*http://c.d",
    "a@b.co", "first.last+tag@mail.example.co.uk", "x_y-z%w@sub-domain.example.org",
    "o'neil@example.com",
    # emoji
    "👍", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇨🇳", "1️⃣", "#️⃣", "*⃣", "❤️", "ℹ️",
    # scripts without spaces
    "ภาษาไทยไม่เว้นวรรค", "ພາສາລາວ", "ភាសាខ្មែរ", "မြန်မာဘာသာ",
    "コンピューター", "ﾃﾚﾋﾞ", "ください", "らーめん", "한국어",
    # one mark
    "…", "—", "。", "葛\U000e0100", "①",
]  # fmt: skip

PARTED = {
    "Hello, world!": "Hello , world !",
    "Wait...": "Wait . . .",
    "50%": "50 %",
    "$3.50": "$ 3.50",
    "-5": "- 5",
    "1914-1918": "1914 - 1918",
    "555-123-4567": "555 - 123 - 4567",
    "2024-05-012": "2024 - 05 - 012",
    "12:3": "12 : 3",
    "12:345": "12 : 345",
    "3.": "3 .",
    "1,2,": "1,2 ,",
    "U.S.": "U . S .",
    "e.g.,": "e . g . ,",
    "#tag @user": "# tag @ user",
    "and/or": "and / or",
    "AT&T": "AT & T",
    "end.Start": "end . Start",
    "dogs' 'tis": "dogs ' ' tis",
    "pre- -post a--b": "pre - - post a - - b",
    "__init__": "_ _ init _ _",
    "(http://a.b/c).": "( http://a.b/c ) .",
    "[http://a.b/c]": "[ http://a.b/c ]",
    "<http://a.b>": "< http://a.b >",
    "“http://a.b/?”": "“ http://a.b/ ? ”",
    "see http://a.b/c_(d), e": "see http://a.b/c_(d) , e",
    "http://a.b/c,http://d.e;f.g": "http://a.b/c , http://d.e;f.g",
    "{'url':'http://a.b/c','name':'x'}": "{ ' url ' : ' http://a.b/c ' , ' name ' : ' x ' }",
    "http://[x": "http : / / [ x",
    ".5": ". 5",
    "http://": "http : / /",
    "example.community": "example . community",
    "mail <a@b.co>, now": "mail < a@b.co > , now",
    "a@b": "a @ b",
    "🇨🇳🇺🇸🇫": "🇨🇳 🇺🇸 🇫",
    "1️⃣2️⃣": "1️⃣ 2️⃣",
    "👍👎": "👍 👎",
    "ok👍": "ok 👍",
    "我用Python写code.": "我 用 Python 写 code .",
    "看http://x.com/a。好": "看 http://x.com/a 。 好",
    "见http://x.com/a，邮箱a@b.co。": "见 http://x.com/a ， 邮 箱 a@b.co 。",
    "http://x.com/中文": "http://x.com/ 中 文",
    "1，2": "1 ， 2",
    "“你好”——他说……": "“ 你 好 ” — — 他 说 … …",
    "2024年5月1日12:30开始": "2024 年 5 月 1 日 12:30 开 始",
    "佐々木は東京タワーへ": "佐 々 木 は 東 京 タワー へ",
    "ราคา100บาท": "ราคา 100 บาท",
    "a \u0301b": "a \u0301 b",
    "a\u00a0b\u3000c\u2028d\u0085e\x1cf": "a b c d e f",
    "": "",
    " \n\t\u3000 ": "",
}


@pytest.mark.parametrize("token", WHOLE)
@pytest.mark.parametrize("context", ["{}", "so {} it", "({})", "“{}”", "{},", "{}!", "中{}。"])
def test_one_token(token: str, context: str) -> None:
    assert token in tokenizer("words").tokens(context.format(token))


@pytest.mark.parametrize(("text", "spaced"), PARTED.items())
def test_marks_apart(text: str, spaced: str) -> None:
    assert tokenizer("words").tokens(text) == spaced.split()
