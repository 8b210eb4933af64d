"""The policy language `rego`: policies into units, units through an engine, answers into findings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from spendgate.errors import PolicyError
from spendgate.evaluators.rego.contract import Contract, Module, RegoBody, reference
from spendgate.evaluators.rego.engines import EngineSettings, Question, Session, Unit, choose
from spendgate.evaluators.rego.foreign import judge_conftest, judge_gatekeeper, reviews
from spendgate.evaluators.rego.infracost import infracost_input, judge_infracost
from spendgate.evaluators.rego.raw_documents import Documents, conftest_documents, no_documents
from spendgate.evaluators.rego.verdicts import Bench, judge_own
from spendgate.model.accelerator_names import expand
from spendgate.model.finding import Finding, PolicyTally
from spendgate.model.frozen import Frozen, field
from spendgate.model.policy import Policy
from spendgate.policies.literals import Amount
from spendgate.ports import Docket, Outcome
from spendgate.wire.facets import number, plain
from spendgate.wire.policy_input import encode, policy_input, policy_input_json

_PARAMETERS = ("spendgate", "params")
_NAMES = ("spendgate", "names")
_CATALOG = ("spendgate", "catalog")

_Verdicts = tuple[list[Finding], PolicyTally]


class RegoLanguage(Frozen):
    """Judges policies in Rego.

    `documents` gives the raw plans of a run, for Conftest policies and those that read `input.plan`; it is called only when
    one asks. `run` and `budgets` go into the document as they are; `catalog` becomes `data.spendgate.catalog` when a policy
    reads it. `combine` hands all documents to Conftest policies at once, as `conftest --combine` does.
    """

    engine: EngineSettings = field(default_factory=EngineSettings)
    documents: Documents = no_documents
    run: Mapping[str, Any] = {}
    budgets: Sequence[Mapping[str, Any]] = ()
    catalog: Callable[[], Any] | None = None
    currency: str = "USD"
    combine: bool = False
    name: ClassVar[str] = "rego"

    def judge(self, policies: Sequence[Policy], docket: Docket) -> Outcome:
        """Judge policies. One query for all that keep our contract, and one for each package of the others.

        NOTE: the docket must hold the whole run, since a rule may join or count over all resources. Raises PolicyError for
        whatever keeps a policy from being judged.
        """
        if not policies:
            return Outcome((), {})
        bench = Bench.of(docket)
        findings: list[Finding] = []
        tallies: dict[str, PolicyTally] = {}
        with choose(self.engine).open(self.engine) as session:
            for found, counted in self._verdicts(policies, bench, session):
                findings += found
                tallies[counted.policy] = counted
        findings.sort(key=lambda finding: (finding.address, finding.policy, finding.path or "", finding.message))
        return Outcome(tuple(findings), dict(sorted(tallies.items())))

    def answering(self) -> str:
        """The name of the engine that would answer, for reports. Raises PolicyError when there is none."""
        return choose(self.engine).name

    def document(self, docket: Docket, policies: Sequence[Policy] = ()) -> dict[str, Any]:
        """The very document that policies of our contract see as `input`."""
        return policy_input(docket, **self._around(docket, policies))

    def _around(self, docket: Docket, policies: Sequence[Policy]) -> dict[str, Any]:
        raw = None
        if any("input.plan" in name for module in _modules(policies) for name in module.scan.references):
            plans = [found.data for found in conftest_documents(docket, self.documents) if not found.address]
            raw = {"plan": plans[0] if len(plans) == 1 else plans}
        return {"run": {**self.run, "currency": self.currency}, "budgets": self.budgets, "raw": raw}

    def _verdicts(self, policies: Sequence[Policy], bench: Bench, session: Session) -> Iterator[_Verdicts]:
        by_contract: dict[Contract, list[Policy]] = {}
        for policy in policies:
            by_contract.setdefault(policy.body.contract, []).append(policy)
        yield from self._own(by_contract.get(Contract.OWN, []), bench, session)
        yield from self._conftest(by_contract.get(Contract.CONFTEST, []), bench, session)
        yield from self._infracost(by_contract.get(Contract.INFRACOST, []), bench, session)
        for policy in by_contract.get(Contract.GATEKEEPER, []):
            yield self._gatekeeper(policy, bench, session)

    def _own(self, policies: Sequence[Policy], bench: Bench, session: Session) -> Iterator[_Verdicts]:
        if not policies:
            return
        document = policy_input_json(bench.docket, **self._around(bench.docket, policies))
        data = parameter_data(policies)
        if self.catalog is not None and _reads(policies, reference(_CATALOG)):
            data[_CATALOG] = self.catalog()
        unit = Unit(_modules(policies), questions(policies), (document,), data, bench.docket.now)
        sheet = _ask(session, unit, policies)[0]
        for policy in policies:
            yield judge_own(policy, _of(policy, sheet), bench)

    def _conftest(self, policies: Sequence[Policy], bench: Bench, session: Session) -> Iterator[_Verdicts]:
        if not policies:
            return
        documents = conftest_documents(bench.docket, self.documents)
        if not documents:
            raise PolicyError(
                f"{policies[0].id} reads a plan or a Kubernetes object as it is, and this run keeps none",
                file=policies[0].origin,
                hint="judge a plan or manifests with it, or leave it out",
            )
        inputs = tuple(encode(document.data) for document in documents)
        if self.combine:
            entries = [{"path": document.origin, "contents": document.data} for document in documents]
            inputs, documents = (encode(entries),), [type(documents[0])("all documents", None)]
        data: dict[tuple[str, ...], Any] = {
            (key,): value for policy in policies for key, value in policy.body.data.items()
        }
        unit = Unit(_modules(policies), questions(policies), inputs, data, bench.docket.now)
        sheets = _ask(session, unit, policies)
        for policy in policies:
            yield judge_conftest(policy, [_of(policy, sheet) for sheet in sheets], documents, bench)

    def _infracost(self, policies: Sequence[Policy], bench: Bench, session: Session) -> Iterator[_Verdicts]:
        if not policies:
            return
        document = encode(infracost_input(bench.docket, self.currency))
        unit = Unit(_modules(policies), questions(policies), (document,), {}, bench.docket.now)
        sheet = _ask(session, unit, policies)[0]
        for policy in policies:
            yield judge_infracost(policy, _of(policy, sheet), bench)

    def _gatekeeper(self, policy: Policy, bench: Bench, session: Session) -> _Verdicts:
        taken = reviews(policy, bench.docket)
        body: RegoBody = policy.body
        unit = Unit(
            body.modules, questions([policy]), tuple(encode(review) for review in taken.inputs), {}, bench.docket.now
        )
        # NOTE: asked even when no object is taken in, so that a template that cannot be compiled is an error all the same.
        sheets = _ask(session, unit, [policy])
        return judge_gatekeeper(policy, [_of(policy, sheet) for sheet in sheets], taken, bench)


def questions(policies: Iterable[Policy]) -> tuple[Question, ...]:
    """A question for each rule that gives results; its key is policy and rule."""
    return tuple(
        Question(_key(policy, rule), reference(policy.body.package, rule), policy.body.module)
        for policy in policies
        for rule in policy.body.rules
    )


def parameter_data(policies: Iterable[Policy]) -> dict[tuple[str, ...], Any]:
    """`data.spendgate.params` by policy, and `data.spendgate.names`: what the names of accelerators in them stand for."""
    parameters = {policy.id: plain_parameters(policy) for policy in policies}
    names = {text: sorted(expand(text)) for text in sorted(set(_texts(parameters))) if expand(text) != (text,)}
    return {_PARAMETERS: parameters, _NAMES: names}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for child in value.values():
            yield from _texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from _texts(child)


def plain_parameters(policy: Policy) -> dict[str, Any]:
    """Parameters as Rego sees them: `500 USD` is 500, `25%` is 25, `2h` is 7200 (seconds)."""
    return {name: _plain_parameter(value) for name, value in policy.parameters.items()}


def _plain_parameter(value: Any) -> Any:
    if isinstance(value, Amount):
        return number(value.number)
    if isinstance(value, Mapping):
        return {str(key): _plain_parameter(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain_parameter(child) for child in value]
    return plain(value, "", [])


def _key(policy: Policy, rule: str) -> str:
    return f"{policy.id}/{rule}"


def _of(policy: Policy, sheet: Mapping[str, Any]) -> dict[str, Any]:
    keys = {rule: _key(policy, rule) for rule in policy.body.rules}
    return {rule: sheet[key] for rule, key in keys.items() if key in sheet}


def _modules(policies: Iterable[Policy]) -> tuple[Module, ...]:
    """The modules of policies, each text of a package once, in a stable order."""
    found: dict[tuple[tuple[str, ...], str], Module] = {}
    for policy in policies:
        for module in policy.body.modules:
            text = hashlib.sha256(module.text.encode("utf-8", "surrogatepass")).hexdigest()
            found.setdefault((module.scan.package, text), module)
    return tuple(found.values())


def _reads(policies: Iterable[Policy], path: str) -> bool:
    return any(name.startswith(path) for module in _modules(policies) for name in module.scan.references)


def _ask(session: Session, unit: Unit, policies: Sequence[Policy]) -> list[dict[str, Any]]:
    with _naming(policies):
        return session.ask(unit)


@contextmanager
def _naming(policies: Sequence[Policy]) -> Iterator[None]:
    """Names the policy in an error that names only its file."""
    try:
        yield
    except PolicyError as error:
        owners = [policy.id for policy in policies if error.file in {held.origin for held in policy.body.modules}]
        if len(owners) == 1 and not error.message.startswith(owners[0]):
            error.message = f"{owners[0]} {error.message}"
        raise


LANGUAGE = RegoLanguage()
