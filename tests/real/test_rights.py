"""An account that may read one namespace keeps what it has."""

from __future__ import annotations

import subprocess

from tests.support.real import RealCluster, single


def test_all_namespaces_without_the_right_is_a_notice_and_the_list_stays(
    real: RealCluster, narrow: RealCluster
) -> None:
    name = real.create(single("echo hello"), name="narrow")
    with narrow.app() as term:
        term.wait_for(name, within=60)
        term.press("0")
        term.wait_for("not allowed", within=60)
        term.wait_for(name, within=60)
        term.press("escape")
        term.quiet(still=0.5)
        assert term.process.poll() is None
        assert name in term.picture()


def test_of_several_namespaces_the_refused_one_is_named_and_the_other_shown(
    real: RealCluster, narrow: RealCluster
) -> None:
    name = real.create(single("echo hello"), name="several")
    listed = narrow.run("list", "-n", f"{narrow.namespace},kube-system")
    assert name in listed.stdout
    assert "kube-system" in listed.stderr
    assert listed.returncode == 1


QUESTIONS = (
    "list workflows",
    "delete wf",
    "patch wf/any",
    "get pods --subresource=log",
    "list cwft",
    "list namespaces",
    "get secrets/any",
    "list deployments",
    "list wf -A",
    "* *",
)


def test_what_may_be_done_is_answered_as_kubectl_answers_it(
    real: RealCluster, narrow: RealCluster
) -> None:
    for account in (real, narrow):
        for question in QUESTIONS:
            words = question.split()
            said = account.run("auth", "can-i", *words)
            where = (f"--kubeconfig={account.kubeconfig}", "-n", account.namespace)
            official = subprocess.run(
                ["kubectl", *where, "auth", "can-i", *words], capture_output=True, text=True
            )
            theirs = (official.stdout, official.returncode)
            assert (said.stdout, said.returncode) == theirs, question


def test_a_narrow_account_is_told_what_it_lacks(real: RealCluster, narrow: RealCluster) -> None:
    name = real.create(single("echo hello"), name="lacks")  # of an empty list nothing is hinted
    rows = narrow.run("auth", "can-i").stdout.splitlines()
    assert next(row for row in rows if row.startswith("workflows")).split() == ["workflows", "yes"]
    with narrow.app() as term:
        term.wait_for("RO (no write rights)", within=60)
        term.wait_for(name, within=60)
        term.wait_for("(r Retry)", within=60)
