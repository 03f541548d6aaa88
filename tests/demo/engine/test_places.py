"""Where things are that steps speak of: names, global outputs, folders, other people's buckets."""

from __future__ import annotations

from tests.support.world import World


def test_a_global_artifact_can_be_taken_by_the_very_next_step() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: make, template: make}
          - - name: take
              template: take
              arguments:
                artifacts: [{name: in, from: "{{workflow.outputs.artifacts.shared}}"}]
        - name: make
          container: {image: busybox, command: [sh, -c], args: ["echo hello > /tmp/out"]}
          outputs:
            artifacts: [{name: out, path: /tmp/out, globalName: shared}]
        - name: take
          inputs: {artifacts: [{name: in, path: /in}]}
          container: {image: busybox, command: [cat, /in]}
        """
    )
    assert world.status()["phase"] == "Succeeded"
    assert world.node("take")["outputs"]["result"] == "hello"


def test_a_template_knows_the_name_of_the_step_or_task_it_runs_for() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: one, template: say, arguments: {parameters: [{name: n, value: "1"}]}}
          - - {name: two, template: graph}
        - name: graph
          dag:
            tasks: [{name: three, template: tell}]
        - name: say
          inputs: {parameters: [{name: n}]}
          retryStrategy: {limit: "1"}
          container: {image: busybox, command: [echo, "{{steps.name}} {{inputs.parameters.n}}"]}
        - name: tell
          container: {image: busybox, command: [echo, "{{tasks.name}}"]}
        """
    )
    assert world.node("one(0)")["outputs"]["result"] == "one 1"
    assert world.node("three")["outputs"]["result"] == "three"


def test_what_lies_in_a_bucket_elsewhere_can_be_read_and_listed() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          steps:
          - - {name: list, template: list}
          - - name: read
              template: read
              withParam: "{{steps.list.outputs.result}}"
              arguments:
                artifacts: [{name: log, s3: {key: "{{item}}"}}]
        - name: list
          data:
            source: {artifactPaths: {name: logs, s3: {bucket: theirs, key: nightly}}}
            transformation:
            - expression: filter(data, {# endsWith "main.log"})
        - name: read
          inputs: {artifacts: [{name: log, path: /log}]}
          container: {image: busybox, command: [cat, /log]}
        """
    )
    assert world.status()["phase"] == "Succeeded"
    assert world.node("read(0:nightly/run-0/main.log)")["phase"] == "Succeeded"


def test_a_key_that_is_not_in_the_demos_own_bucket_is_missed() -> None:
    world = World()
    world.run(
        """
        entrypoint: read
        templates:
        - name: read
          inputs: {artifacts: [{name: log, path: /log, s3: {key: no/such/key}}]}
          container: {image: busybox, command: [cat, /log]}
        """
    )
    assert world.status()["phase"] == "Error"
    assert "no/such/key" in world.status()["message"]


def test_a_folder_that_somebody_made_is_there_although_it_is_empty() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          container:
            image: busybox
            command: [sh, -ec]
            args:
            - mkdir -p /o/empty; [ -d /o/empty ]; ls /o; touch a; cp a /o/empty; ls /o/empty
          outputs:
            artifacts: [{name: out, path: /o}]
        """
    )
    assert world.status()["phase"] == "Succeeded"
    assert world.node("wf")["outputs"]["result"] == "empty\na"


def test_an_empty_folder_is_an_artifact() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        templates:
        - name: main
          container: {image: busybox, command: [mkdir, -p, /out]}
          outputs:
            artifacts:
            - {name: packed, path: /out}
            - {name: plain, path: /out, archive: {none: {}}}
        """
    )
    assert world.status()["phase"] == "Succeeded"
    names = [each["name"] for each in world.node("wf")["outputs"]["artifacts"]]
    assert names == ["packed", "plain"]


def test_a_container_sees_its_volumes_among_the_mounts() -> None:
    world = World()
    world.run(
        """
        entrypoint: main
        volumes: [{name: work, emptyDir: {}}]
        templates:
        - name: main
          container:
            image: busybox
            command: [grep, -c, /mnt/vol, /proc/mounts]
            volumeMounts: [{name: work, mountPath: /mnt/vol}]
        """
    )
    assert world.node("wf")["outputs"]["result"] == "1"
