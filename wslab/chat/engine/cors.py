"""Whether a page of another origin may read an answer: CORS, the Fetch Standard section 3.3.

The check of Origin keeps other pages out, and a browser keeps the answers from those that may come,
too, until the server says that they may read them. A WebSocket needs none of this, polling does.
"""

from __future__ import annotations

from collections.abc import Mapping

from wslab.protocol.origin import Allowed


def sharing(headers: Mapping[str, str | list[str]], allowed: Allowed) -> dict[str, str]:
    """The headers for a page whose origin has passed the check; none when pages of the same host
    alone are allowed. A page may send cookies along unless all pages are allowed.
    """
    origin = headers.get("origin")
    if allowed is None or not isinstance(origin, str):
        return {}
    asked = headers.get("access-control-request-headers")
    more = {"Access-Control-Allow-Headers": asked} if isinstance(asked, str) else {}
    if allowed == "*" or (not callable(allowed) and "*" in allowed):
        return {"Access-Control-Allow-Origin": "*", **more}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",  # the answer to another page is another
        **more,
    }
