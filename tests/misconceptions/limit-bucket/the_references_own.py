"""that is the course's own"""

from reference.twitter.ratelimit.calls import lua

TAKE = lua("token_bucket.lua")
