"""Routes that apps of later tests have in common with earlier ones: made once."""

from threading import Lock

from werkzeug.routing import Map
from werkzeug.routing.matcher import StateMachineMatcher

# What was put in order, by the rules it is made of.
KEPT = {}


class KeptMap(Map):
    """A URL map whose rules are put in order at its first use, or taken from one that has the same.

    Each test has an app of its own, and putting a few hundred rules in order is most of the work
    of making one. What a test adds by itself stays in its own map.
    """

    def __init__(self, *args, **kwargs):
        self._waiting, self._settling, self._is_shared = [], Lock(), False
        super().__init__(*args, **kwargs)

    def add(self, rulefactory):
        self._waiting.extend(rulefactory.get_rules(self))
        self._remap = True

    def update(self):
        if self._remap:
            with self._settling:
                self._settle()
        super().update()

    def _settle(self):
        given, self._waiting = self._waiting, []
        names = tuple(_name(rule) for rule in given)
        if not self._rules_by_endpoint and names in KEPT:
            self._matcher, self._rules_by_endpoint = KEPT[names]
            self._is_shared, self._remap = True, False
            return
        is_first = not self._rules_by_endpoint
        if self._is_shared:
            given = [*(rule.empty() for rule in self._rules), *given]
            self._matcher = StateMachineMatcher(self.merge_slashes)
            self._rules_by_endpoint, self._is_shared = {}, False
        for rule in given:
            super().add(rule)
        if is_first and given:
            super().update()
            KEPT[names] = self._matcher, self._rules_by_endpoint
            self._is_shared = True


def _name(rule):
    methods = tuple(sorted(rule.methods or ()))
    return rule.rule, rule.endpoint, methods, repr(rule.defaults), rule.subdomain, rule.host
