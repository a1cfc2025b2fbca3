"""auth.*, api.*, apps.*, team.*, bots.*: who the app is, and where."""

from bot.playground.arguments import readable
from bot.playground.errors import SlackError
from bot.playground.methods.table import Asked, Method, need
from bot.playground.model import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_DOMAIN, TEAM_ID, TEAM_NAME, Json


def auth_test(asked: Asked) -> Json:
    """Answer whose token this is."""
    return {
        "url": f"{asked.workspace.url}/",
        "team": TEAM_NAME,
        "user": asked.workspace.bot.name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def api_test(asked: Asked) -> Json:
    """Echo the arguments; `error=x` fails with x."""
    args = readable(asked.args.given)
    if "error" in args:
        raise SlackError(str(args["error"]), args=args)
    return {"args": args}


def connections_open(asked: Asked) -> Json:
    """Answer the address of a fresh Socket Mode connection, good for one use."""
    return {"url": asked.new_link()}


def team_info(asked: Asked) -> Json:
    """Describe the workspace."""
    if asked.args.text("team") not in ("", TEAM_ID):
        raise SlackError("team_not_found")
    team = {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}
    return {"team": team | {"url": f"{asked.workspace.url}/"}}


def bots_info(asked: Asked) -> Json:
    """Describe the app's bot."""
    if asked.args.text("bot") not in ("", BOT_ID):
        raise SlackError("bot_not_found")
    bot = {"id": BOT_ID, "deleted": False, "name": BOT_NAME, "updated": 0, "app_id": APP_ID, "user_id": BOT_USER_ID}
    return {"bot": bot | {"icons": {}}}


METHODS = {
    "api.test": Method(api_test, tier=4),
    "apps.connections.open": Method(connections_open, scopes=need("connections:write"), tier=1, app_token=True),
    "auth.test": Method(auth_test, tier=0),
    "bots.info": Method(bots_info, scopes=need("users:read")),
    "team.info": Method(team_info, scopes=need("team:read")),
}
