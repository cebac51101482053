"""Who does what in the cluster: the inventory and the variables of Infra/production, at addresses of this machine's own."""

import dataclasses
import pathlib
import secrets

import jinja2
import yaml
from stack.state import CHECKOUT

PRODUCTION = CHECKOUT / "Infra" / "production"
# RFC 2544 keeps 198.18.0.0/15 for tests between machines: nobody's network is shadowed.
NETWORK, MACHINE = "198.18.77", "198.18.77.1"
NETWORK_OF_EXAMPLES = "10.0.0"
# One instance is enough to show what the other would do; the second admin service takes memory and shows nothing new.
LEFT_OUT = {"admin-2"}


@dataclasses.dataclass(frozen=True)
class Host:
    """One machine of the installation."""

    name: str
    address: str
    groups: tuple
    variables: dict

    @property
    def cluster(self):
        """Which PostgreSQL it is a member of."""
        return self.variables.get("cluster")


class Inventory:
    """The hosts, and the templates of Infra/production filled for one of them."""

    def __init__(self, overrides, network=NETWORK):
        text = (PRODUCTION / "inventory.example.yml").read_text().replace(f"{NETWORK_OF_EXAMPLES}.", f"{network}.")
        self.groups = {}
        self.hosts = {}
        self._read(yaml.safe_load(text)["all"]["children"], (), {})
        self.variables = yaml.safe_load((PRODUCTION / "group_vars" / "all.yml").read_text()) | overrides

    def _read(self, groups, above, inherited):
        for group, content in groups.items():
            path, variables = above + (group,), inherited | (content.get("vars") or {})
            self._read(content.get("children") or {}, path, variables)
            for name, own in (content.get("hosts") or {}).items():
                if name in LEFT_OUT:
                    continue
                self.hosts[name] = Host(name, own["address"], path, variables | own)
                for each in path:
                    self.groups.setdefault(each, []).append(name)

    def of(self, group):
        return [self.hosts[name] for name in self.groups[group]]

    def fill(self, role, template, host, **more):
        """The text of `roles/<role>/templates/<template>` for a host, as Ansible would make it."""
        folder = PRODUCTION / "roles" / role / "templates"
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
        environment.filters["to_json"] = jinja2.filters.do_tojson
        values = self.variables | host.variables | more | {
            "inventory_hostname": host.name, "groups": self.groups, "group_names": list(host.groups),
            "hostvars": {name: each.variables for name, each in self.hosts.items()},
        }
        values["lookup"] = lambda plugin, name: environment.get_template(name).render(values)
        return environment.get_template(template).render(values)


def make_secrets(path):
    """The secrets of `secrets.example.yml`, each with a value of its own, made once."""
    if not path.exists():
        wanted = yaml.safe_load((PRODUCTION / "secrets.example.yml").read_text())
        made = {name: secrets.token_urlsafe(24) for name in wanted}
        made["preau_session_keys"] = f"k1:{secrets.token_urlsafe(32)}"
        # VRRP reads eight characters.
        made["vrrp_password"] = secrets.token_hex(4)
        path.touch(mode=0o600)
        path.write_text(yaml.safe_dump(made))
    return yaml.safe_load(path.read_text())


def production_file(*parts):
    return pathlib.Path(PRODUCTION, *parts)
