"""An account that may read one namespace keeps what it has."""

from __future__ import annotations

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
