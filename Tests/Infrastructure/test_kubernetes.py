"""The manifests of Kubernetes, by its own schemas and as far as they can be looked at without a cluster."""

import pathlib
import subprocess
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
MANIFESTS = CHECKOUT / "Infra" / "nodes" / "kubernetes"
sys.path.extend(map(str, CHECKOUT.glob(".preau-tools/lib/python3*/site-packages")))


def documents():
    import yaml
    return [each for path in sorted(MANIFESTS.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text())]


@pytest.fixture
def pod():
    return next(each for each in documents() if each["kind"] == "StatefulSet")["spec"]["template"]["spec"]


def containers(pod):
    return pod["initContainers"] + pod["containers"]


def test_each_is_whole():
    for each in documents():
        assert each["apiVersion"] and each["kind"] and each["metadata"]["name"] and each["metadata"]["namespace"] == "preau"


def validated(version, *paths):
    """What Kubernetes' schemas say of the files; strict: a key that they do not have is a mistake as well."""
    return subprocess.run(
        [CHECKOUT / ".preau-tools" / "bin" / "kubernetes-validate", "--strict", "--kubernetes-version", version, *paths],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)


# The oldest that has containers beside a pod's own for good (`restartPolicy` of an initContainer), and the newest that is known here.
@pytest.mark.parametrize("version", ["1.29", "1.37"])
def test_kubernetes_takes_each(version):
    done = validated(version, *sorted(MANIFESTS.glob("*.yaml")))
    assert done.returncode == 0 and done.stdout.count("passed") == len(documents()), done.stdout + done.stderr


def test_kubernetes_refuses_a_key_that_does_not_exist(tmp_path):
    wrong = tmp_path / "node.yaml"
    wrong.write_text((MANIFESTS / "node.yaml").read_text().replace("  replicas:", "  replica:"))
    done = validated("1.37", wrong)
    assert done.returncode != 0 and "replica" in done.stdout + done.stderr


def test_volumes_are_there_and_nobody_has_a_right_too_many(pod):
    volumes = {each["name"] for each in pod["volumes"]}
    assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
    for each in containers(pod):
        assert {mount["name"] for mount in each["volumeMounts"]} <= volumes
        context = each["securityContext"]
        assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"] and context["capabilities"] == {"drop": ["ALL"]}
        assert each["resources"]["limits"]["memory"]


def test_saml_is_beside_the_node_and_sees_none_of_its_secrets(pod):
    saml = next(each for each in containers(pod) if each["name"] == "saml")
    node = next(each for each in containers(pod) if each["name"] == "node")
    # Looked after as long as the node runs, and there before it.
    assert saml in pod["initContainers"] and saml["restartPolicy"] == "Always"
    place = saml["args"][saml["args"].index("--sockets") + 1]
    assert [each["mountPath"] for each in saml["volumeMounts"]] == [place], "its sockets and nothing else"
    assert next(each for each in node["volumeMounts"] if each["name"] == "saml")["mountPath"] == place
    # The same folder that the unit of systemd has, and that the manifest tells who writes the configuration.
    assert f"--sockets {place}\n" in (MANIFESTS.parent / "systemd" / "preau-saml.service").read_text()
    assert f"saml_sockets {place}" in (MANIFESTS / "node.yaml").read_text()
    assert f"{place}/reader.socket" in saml["startupProbe"]["exec"]["command"]
