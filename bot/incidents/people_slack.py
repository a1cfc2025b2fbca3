"""People and their part in a SEV, from Slack: each listener parses, makes one service call, and returns its answer."""

from sqlalchemy.orm import Session

from bot.config import COMMANDER, Config, Role, Settings
from bot.directory.people import actor_of, standing_of
from bot.directory.permissions import require
from bot.errors import Refused
from bot.incidents import handoffs, inviting, role_views, roles
from bot.incidents.model import Incident
from bot.incidents.role_names import possible_roles, role_named
from bot.incidents.subject import of_number, subject
from bot.slack.commands import NAME, Command, Line
from bot.slack.rooms import Rooms
from bot.slack.text import USER_MENTION, mentioned_groups, mentioned_users, user
from bot.slack.visit import DONE, Answer, Door, Visit

NOBODY = frozenset({"none", "nobody"})
NOT_A_PERSON = "Mention the person as Slack offers it when you type `@`, so that I know who it is."


class People:
    """The listeners that concern people."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def _config(self) -> Config:
        return self._settings.current

    def role(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Show who does what, or give, show or free one role."""
        incident = subject(session, visit, line)
        mentioned = USER_MENTION.search(line.text)
        if mentioned is not None:
            role = role_named(self._config, line.text[: mentioned.start()])
            return self._give(session, visit, incident, role, mentioned[1], over=None)
        words = line.text.split()
        if words and words[-1].lower() in NOBODY:
            role = role_named(self._config, " ".join(words[:-1]))
            who = {"actor": actor_of(session, visit), "now": visit.now}
            roles.free(session, incident, role, config=self._config, **who)  # type: ignore[arg-type]
            return Answer(text=f"Nobody is {roles.label(role)} of {incident.name} now.")
        if words and words[-1].startswith("@"):
            raise Refused(NOT_A_PERSON)
        return self._shown(session, visit, incident, line.text)

    def _shown(self, session: Session, visit: Visit, incident: Incident, name: str) -> Answer:
        require(self._config, actor_of(session, visit), "see")
        held = roles.holders(session, incident)
        if not name:
            blocks = role_views.role_list(self._config, incident, held, reader=visit.user_id)
            return Answer(text=f"Who does what in {incident.name}", blocks=blocks)
        role = role_named(self._config, name)
        blocks = role_views.one_role(incident, role, held.get(role.key), reader=visit.user_id)
        return Answer(text=f"{roles.label(role)} of {incident.name}", blocks=blocks)

    def take(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Take a role."""
        incident = subject(session, visit, line)
        if not line.text:
            return self._shown(session, visit, incident, "")
        return self._take(session, visit, incident, role_named(self._config, line.text))

    def take_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Take* was clicked beside a role that was free."""
        incident, role, _rest = self._clicked(session, visit)
        return self._take(session, visit, incident, role)

    def take_command_clicked(self, session: Session, visit: Visit) -> Answer:
        """*Take command* was clicked."""
        incident = of_number(session, visit, visit.value.partition(":")[0])
        return self._take(session, visit, incident, self._config.role(COMMANDER))

    def take_over_clicked(self, session: Session, visit: Visit) -> Answer:
        """Taking a role from its holder, or giving it in their place, was confirmed."""
        incident, role, (holder, *to) = self._clicked(session, visit)
        if to:
            return self._give(session, visit, incident, role, to[0], over=holder)
        return self._take(session, visit, incident, role, over=holder)

    def _take(
        self, session: Session, visit: Visit, incident: Incident, role: Role, *, over: str | None = None
    ) -> Answer:
        actor = actor_of(session, visit)
        try:
            is_new = roles.take(session, incident, role, over=over, config=self._config, actor=actor, now=visit.now)
        except roles.AlreadyHeld as held:
            return self._held(incident, role, held, visit, to=visit.user_id)
        if visit.door is Door.CLICK:
            return DONE  # the card shows it
        already = "" if is_new else " already"
        return Answer(text=f"You are {roles.label(role)} of {incident.name}{already}.")

    def _give(
        self, session: Session, visit: Visit, incident: Incident, role: Role, user_id: str, *, over: str | None
    ) -> Answer:
        try:
            is_new = roles.give(
                session, incident, role, user_id, standing=standing_of(session, user_id), over=over,
                config=self._config, actor=actor_of(session, visit), now=visit.now,
            )  # fmt: skip
        except roles.AlreadyHeld as held:
            return self._held(incident, role, held, visit, to=user_id)
        if visit.door is Door.CLICK:
            return DONE
        already = "" if is_new else " already"
        return Answer(text=f"{user(user_id)} is {roles.label(role)} of {incident.name}{already}.")

    def _held(self, incident: Incident, role: Role, held: roles.AlreadyHeld, visit: Visit, *, to: str) -> Answer:
        blocks = role_views.held_by_another(incident, role, held.holder, to=to, reader=visit.user_id)
        return Answer(text=held.sentence, blocks=blocks)

    def _clicked(self, session: Session, visit: Visit) -> tuple[Incident, Role, list[str]]:
        """The SEV and the role a button is for, and what else its value holds. Raises `Refused`."""
        number, *rest = visit.value.split(":")
        incident = of_number(session, visit, number)
        if not rest or rest[0] not in {each.key for each in self._config.roles}:
            raise Refused(f"This button is out of date. Possible roles are: {possible_roles(self._config)}.")
        return incident, self._config.role(rest[0]), rest[1:] or [""]

    def handoff(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Offer the role one holds to somebody."""
        incident = subject(session, visit, line)
        mentioned = USER_MENTION.search(line.text)
        if mentioned is None:
            raise Refused(
                f"Say to whom: `{NAME} handoff @grace`, or `{NAME} handoff comms @grace a note`. {NOT_A_PERSON}"
            )
        actor = actor_of(session, visit)
        name, note = line.text[: mentioned.start()].strip(), line.text[mentioned.end() :]
        role = (
            role_named(self._config, name)
            if name
            else handoffs.role_to_hand_over(session, self._config, incident, actor)
        )
        handoffs.offer(
            session, incident, role, mentioned[1], standing=standing_of(session, mentioned[1]), text=note,
            config=self._config, actor=actor, now=visit.now,
        )  # fmt: skip
        return Answer(
            text=f"{user(mentioned[1])} is asked to take over. You stay {roles.label(role)} of {incident.name} until then."
        )

    def accepted(self, session: Session, visit: Visit) -> Answer:
        """*Accept* was clicked."""
        incident, offer_id = self._offer(session, visit)
        handoffs.accept(session, incident, offer_id, config=self._config, actor=actor_of(session, visit), now=visit.now)
        return DONE

    def declined(self, session: Session, visit: Visit) -> Answer:
        """*Decline* was clicked."""
        incident, offer_id = self._offer(session, visit)
        handoffs.decline(
            session, incident, offer_id, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        return DONE

    def _offer(self, session: Session, visit: Visit) -> tuple[Incident, int]:
        number, _, offer_id = visit.value.partition(":")
        return of_number(session, visit, number), int(offer_id) if offer_id.isdecimal() else 0

    def invite(self, session: Session, visit: Visit, line: Line) -> Answer:
        """Invite people and user groups into the channel."""
        incident = subject(session, visit, line)
        people = {each: standing_of(session, each) for each in mentioned_users(line.text)}
        groups = mentioned_groups(line.text)
        if not people and not groups and line.text:
            raise Refused(NOT_A_PERSON)
        left_out = inviting.invite(
            session, incident, people, groups, config=self._config, actor=actor_of(session, visit), now=visit.now
        )
        invited = len(people) + len(groups) - len(left_out)
        called = "Whoever you named is" if invited > 1 or groups else "They are"
        return Answer(text=" ".join([f"{called} being invited to {incident.name}.", *left_out]))


def commands(people: People) -> tuple[Command, ...]:
    """The verbs of this part of the room."""
    return (
        Command(
            verb="role", usage="role [NAME] [@who|none]", summary="see who does what, give a role, or free it",
            details="`role comms @grace` gives it, `role comms none` frees it.", run=people.role, names_people=True,
        ),
        Command(
            verb="take", usage="take NAME", summary="take a role",
            details="`take ic` is enough: roles may be shortened. The first commander acknowledges the SEV.", run=people.take,
        ),
        Command(
            verb="handoff", usage="handoff [NAME] @who [note]", summary="hand over your role, once they accept",
            details="They get a message with how things stand. Until they accept, you keep the role.",
            run=people.handoff, names_people=True,
        ),
        Command(
            verb="invite", usage="invite @who…|@group", summary="invite people to the channel", run=people.invite,
            names_people=True,
        ),
    )  # fmt: skip


def listen(rooms: Rooms, people: People) -> None:
    """Attach the clicks of this part of the room."""
    rooms.clicks |= {
        role_views.TAKE: people.take_clicked,
        role_views.TAKE_COMMAND: people.take_command_clicked,
        role_views.TAKE_OVER: people.take_over_clicked,
        role_views.ACCEPT: people.accepted,
        role_views.DECLINE: people.declined,
    }
