"""A web address that is called for the fact alone, as healthchecks.io has it: a GET that carries nothing."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException, HTTPMessage
from typing import IO
from urllib.parse import urlsplit

from ..errors import LoglingError
from ..installation import program_version
from .time_limit import within


class _SameOrSafer(urllib.request.HTTPRedirectHandler):
    """Follows a redirect to the web only, and none from https to http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme != "https" and scheme != urlsplit(req.full_url).scheme:
            raise LoglingError(f"it redirects to {scheme}, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def call_address(address: str, seconds: float) -> None:
    """Get an address. Raises LoglingError, in which the address is not."""
    opener = urllib.request.build_opener(_SameOrSafer)
    opener.addheaders = [("User-Agent", f"logling/{program_version()}")]

    def get() -> int:
        with opener.open(address, timeout=seconds) as answer:
            return int(answer.status)

    try:
        within(seconds, get)
    except urllib.error.HTTPError as error:
        raise LoglingError(f"it answered {error.code}") from None
    except urllib.error.URLError as error:
        raise LoglingError(
            f"it could not be reached: {getattr(error.reason, 'strerror', None) or error.reason}"
        ) from None
    except TimeoutError:
        raise LoglingError(f"there was no answer within {seconds:g} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise LoglingError(f"it could not be reached: {type(error).__name__}") from None
