"""Words that every text is full of and that tell little of what it is about, in English and Chinese.

The list was written for this project. It serves to choose words to look at; nothing is ever removed from a
text by it.
"""

from __future__ import annotations

from typing import Final

_TEXT: Final = """
    the a an this that these those such some any no none all both each every either neither another other
    others own same i me my mine myself you your yours yourself he him his himself she her hers herself it
    its itself we us our ours ourselves they them their theirs themselves one who whom whose which what
    whatever be am is are was were been being have has had having do does did doing done will would shall
    should can could may might must ought let get got of in to for with on at by from as into about like
    through after over between out against during without before under around among within along upon toward
    towards off above below up down onto per via and or but nor so yet if because while although though
    unless until since than whether when where why how then there here not n't 's 're 've 'll 'd 'm s t
    don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't cannot couldn't shouldn't it's i'm
    i've i'll he's she's that's there's they're we're you're very too also just only even still again ever
    never more most less least much many few several well now as however therefore thus hence 的 了 着 过 地
    得 之 是 在 有 和 与 及 或 而 但 也 都 就 不 没 没有 很 这 那 这个 那个 一 一个 个 我 你 您 他 她 它
    我们 你们 他们 她们 它们 自己 这样 那样 什么 怎么 谁 哪 为 为了 对 于 对于 从 到 向 把 被 让 给 以 因为
    所以 如果 虽然 但是 可是 还 又 再 只 才 要 会 能 可以 上 下 里 中 吗 呢 吧 啊 呀 们
"""

FUNCTION_WORDS: Final = frozenset(_TEXT.split())
