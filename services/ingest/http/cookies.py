"""Cookies of one chain of redirects: they come back to the site that set them, and end with the chain.

Some sites let nobody in whose cookie does not come back; others count what was read in one. So a chain keeps
its cookies, and no page is fetched with those of another.
"""

from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

MAX_COOKIES = 50
"""Cookies taken from one answer."""
MAX_HEADER = 8_192
"""Characters of cookies sent back; more are not sent at all, as most servers refuse them."""


class ChainCookies:
    """The cookies of one chain."""

    def __init__(self) -> None:
        self._cookies: httpx.Cookies | None = None
        """None before the first: most chains see none."""

    def take(self, request: httpx.Request, response: httpx.Response) -> None:
        given = response.headers.get_list("set-cookie")
        if given:
            kept = [("set-cookie", line) for line in given[:MAX_COOKIES] if len(line) <= MAX_HEADER]
            few = httpx.Response(response.status_code, headers=kept, request=request)
            if self._cookies is None:
                self._cookies = httpx.Cookies(CookieJar(DefaultCookiePolicy(strict_domain=True)))
            self._cookies.extract_cookies(few)

    def give(self, request: httpx.Request) -> None:
        if self._cookies is None:
            return
        self._cookies.set_cookie_header(request)
        if len(request.headers.get("cookie", "")) > MAX_HEADER:
            del request.headers["cookie"]
