"""Text that people, or somebody who means ill, may send: whatever a keyboard, a phone or a script can put into a field."""

from hypothesis import strategies as st

LONGEST = 10_000

MENTIONS = (
    "<!channel>", "<!here>", "<!everyone>", "<!subteam^S01ENGINEERS>", "<!subteam^S01ENGINEERS|@engineers>", "<@U02GRACE>",
    "<@U02GRACE|grace>", "<#C01GENERAL>", "<#C01GENERAL|general>", "@channel", "@here", "@grace", "#general",
)  # fmt: skip
LINKS = (
    "<https://evil.example|your bank>",
    "https://evil.example/?a=1&b=<2>",
    "<mailto:a@b.example|x>",
    "<javascript:alert(1)|x>",
)
DATES = ("<!date^1700000000^{date_short}|soon>", "<!date^1^{time}^https://evil.example|now>", "<!date^x^{y}|z>")
ENTITIES = (
    "&",
    "<",
    ">",
    "&amp;",
    "&lt;!channel&gt;",
    "&amp;lt;@U02GRACE&amp;gt;",
    "&#60;!here&#62;",
    "<<>>",
    "<",
    "|",
    "<@",
    "<!",
)
MARKUP = (
    "*bold*",
    "_it_",
    "~no~",
    "`code`",
    "```\nblock\n```",
    "> quote",
    "•",
    ":tada:",
    ":red_circle:",
    "\\",
    '"',
    "'",
    "“”",
)
BLANKS = ("", " ", "\n", "\r\n", "\t", "\u00a0", "\u2003", "\u3000", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad",
          "\u3164", "\u2800", "\u180e")  # fmt: skip
CONTROLS = (
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\u0085",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
    "\u200f",
    "\ufffe",
    "\uffff",
)
SURROGATES = ("\ud800", "\udfff", "\ude00\ud83d", "\ud83d")
WORLD = ("決済が止まっています", "شبكة معطلة", "המערכת נפלה", "ระบบล่ม", "é" * 3, "e\u0301\u0301\u0301", "ﷺ", "𝕳𝖊𝖑𝖕", "🔥", "👩‍👩‍👧‍👦", "🏴\U000e0067\U000e0062",
         "🇩🇪", "ǆ", "İ", "ß", "ﬀ")  # fmt: skip
COMMANDS = (
    "SEV-1",
    "SEV1",
    "sev2",
    "SEV-999999999",
    "SEV-0",
    "--private",
    "--drill",
    "—drill",
    "help",
    "declare",
    "resolved",
    "reopen",
)
CODE = (
    "{title}",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${x}",
    "%s%n",
    "'; DROP TABLE incidents; --",
    "\\u0000",
    "null",
    "../../etc",
    "-1",
    "1e9",
)

FRAGMENTS = (*MENTIONS, *LINKS, *DATES, *ENTITIES, *MARKUP, *BLANKS, *CONTROLS, *SURROGATES, *WORLD, *COMMANDS, *CODE)

any_character = st.characters(exclude_categories=())
"""Every code point there is, lone surrogates too."""
any_text = st.text(any_character, max_size=60)
mixed = st.lists(st.sampled_from(FRAGMENTS) | st.text(any_character, max_size=4), max_size=12).map(" ".join)
glued = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join)
long = st.builds(
    lambda piece, length: (piece * (length // len(piece) + 1))[:length],
    st.sampled_from([each for each in FRAGMENTS if each]),
    st.sampled_from((149, 150, 151, 499, 500, 501, 600, 1500, 2999, 3000, 3001, 4000, LONGEST)),
)
hostile = st.one_of(mixed, glued, any_text, long)
moments = st.one_of(st.none(), st.integers(0, 9_999_999_999))
"""Seconds since 1970 as Slack's picker gives them: ten digits at most."""
