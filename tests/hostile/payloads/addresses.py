"""Addresses that lead inside, however they are spelt, and names that do so when they are asked for."""

from __future__ import annotations

from typing import Final

PUBLIC: Final = ("93.184.216.34",)
"""An address that anybody may have."""

LOOPBACK = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0x7f000001", "0X7F000001", "0177.0.0.1"),
    *("017700000001", "0x7f.0x0.0x0.0x1", "0177.0.0.01", "00000177.1", "127.255.255.254", "127.0.0.1."),
    *("%31%32%37.0.0.1", "127.0.0.1%2f", "localhost", "LOCALHOST", "localhost.", "a.localhost", "①②⑦.0.0.1"),
    *("ⓛocalhost", "127。0。0。1", "127．0．0．1", "１２７.０.０.１", "๑๒๗.๐.๐.๑", "١٢٧.0.0.1", "127\u00ad.0.0.1"),
    *("loc\u200balhost", "0", "0x0", "0.0.0.0", "00.0.0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]", "[0000::0001]"),
    "[::ffff:0:127.0.0.1]",
)
METADATA = (
    *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "0xA9.0xFE.0xA9.0xFE"),
    *("[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fd00:ec2::23]", "169.254.170.2"),
    *("[fe80::1]", "[::ffff:0:a9fe:a9fe]", "[::a9fe:a9fe]", "①⑥⑨.②⑤④.①⑥⑨.②⑤④"),
)
PRIVATE = (
    *("10.0.0.1", "10.1", "167772161", "172.16.0.1", "172.31.255.254", "192.168.1.1", "3232235777", "100.64.0.1"),
    *("100.100.100.200", "192.0.0.8", "192.0.0.192", "192.88.99.1", "198.18.0.1", "192.0.2.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "0.1.2.3", "[ff02::1]"),
    *("[fc00::1]", "[fdff::1]", "[fec0::1]", "[febf::1]", "[100::1]", "[2001:db8::1]", "[3fff::1]"),
)
TRANSLATED = (
    *("[64:ff9b::a9fe:a9fe]", "[64:ff9b::127.0.0.1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]"),
    *("[64:ff9b:1:a9fe::1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:101::]", "[2001::1]"),
    *("[2001:0:5ef5:79fb::1]", "[5f00::1]", "[4000::1]", "[64:ff9a::1]"),
)
HOSTS = (*LOOPBACK, *METADATA, *PRIVATE, *TRANSLATED)

ODD = (
    *("ftp://127.0.0.1/", "file:///klang-canary/secret.txt", "file://localhost/klang-canary/secret.txt"),
    *("dict://127.0.0.1:11211/stat", "gopher://127.0.0.1:6379/_INFO", "ldap://127.0.0.1/", "data:text/plain,x"),
    *("jar:http://127.0.0.1!/", "netdoc:///etc/passwd", "https://user@127.0.0.1/"),
    *("https://user:pass@169.254.169.254/", "https://@127.0.0.1/", "https://:@127.0.0.1/"),
    *("https://good.example@127.0.0.1/", "https://a@127.0.0.1#@good.example/", "https://127.0.0.1#.good.example/"),
    *("https://good.example\\@127.0.0.1/", "https://127.0.0.1\\@good.example/", "https:\\\\127.0.0.1\\"),
    *("https://127.0.0.1\\.good.example/", "https://good.example:443@127.0.0.1/"),
    *("https://127.0.0.1:443@127.0.0.1/", "https://127.0.0.1;good.example/", "https:127.0.0.1/"),
    *("https:/127.0.0.1/", "https:////127.0.0.1/", "//127.0.0.1/", "///127.0.0.1", "127.0.0.1"),
    *("https://127.0.0.1:22/", "https://127.0.0.1:6379/", "https://127.0.0.1:99999/", "https://127.0.0.1:-1/"),
    *("https://127.0.0.1:x/", "https://127.0.0.1:0/", "https://127.0.0.1:๔๔๓/", "https://[::1"),
    *("https://[127.0.0.1]/", "https://::1/", "https://[v1.x]/", "https://127.0.0.1%00.good.example/"),
    *("https://127.0.0.1\x00.good.example/", "https://127.0.0.1\t/", "https://127.0.0.1\n/", " https://127.0.0.1/"),
    *("https://127.0.0.1 /", "\x01https://127.0.0.1/", "hTTps://127.0.0.1/", "https://127.0.0.1?good.example/"),
    *("http://good.example/", "https://127.0.0.1/?url=https://good.example/", f"https://{'a' * 70}.example/"),
    *("https://a..b/", "https://"),
)
"""Whole addresses that two readers take apart in two ways, or that are no https at all."""

NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "loopback.evil.example": (("127.0.0.1",),),
    "loopback6.evil.example": (("::1",),),
    "metadata.evil.example": (("169.254.169.254",),),
    "metadata6.evil.example": (("fd00:ec2::254",),),
    "private.evil.example": (("10.0.0.5",),),
    "shared.evil.example": (("100.64.0.1",),),
    "any.evil.example": (("0.0.0.0",),),
    "mapped.evil.example": (("::ffff:10.0.0.1",),),
    "siit.evil.example": (("::ffff:0:a00:1",),),
    "nat64.evil.example": (("64:ff9b::a9fe:a9fe",),),
    "sixtofour.evil.example": (("2002:a9fe:a9fe::",),),
    "both.evil.example": ((*PUBLIC, "127.0.0.1"),),
    "last.evil.example": ((*PUBLIC, "1.1.1.1", "8.8.8.8", "169.254.169.254"),),
    "six.evil.example": ((*PUBLIC, "fe80::1"),),
    "xn--12c1bik6bbd8ab6hd1b5jc6jta.example": (("192.168.0.1",),),
}
"""Names of a hostile zone and what they resolve to."""

NOBODY = ("127.0.0.1.nip.example", "gone.evil.example", "localtest.me.example")
"""Names that resolve to nothing here."""

LITERAL = [f"https://{host}/latest/meta-data/" for host in HOSTS]
NAMED = [f"https://{name}/x" for name in (*NAMES, *NOBODY)]
EVERY = [*LITERAL, *NAMED, *ODD]
