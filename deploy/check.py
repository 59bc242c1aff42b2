"""Looks at everything in deploy/: `cargo xtask deploy --check` runs it with the tools it needs.

Says a line for each thing that is wrong, and ends with 1; a line for each thing it could not look at, and goes on. Where DEPLOY_CHECKED
is set, a tool that is missing is wrong too: a check that nobody runs finds nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
wrong: list[str] = []


def fail(where, what):
    wrong.append(f"{where}: {what}")


def skip(what):
    print(f"  not looked at: {what}")


def missing(what, tool):
    """A tool that others may do without, but not those who decide whether a change passes."""
    if os.environ.get("DEPLOY_CHECKED"):
        fail(what, f"{tool} is not there, and DEPLOY_CHECKED is set")
    else:
        skip(f"{what}: {tool} is not there")


def short(path):
    return path.relative_to(ROOT)


def run(*command, cwd=ROOT):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stdout + done.stderr


# ---- every YAML file parses, and names no key twice ------------------------------------------------------------------
class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML takes the last in silence."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:merge" and key.value in seen:
                raise yaml.YAMLError(f"{key.value!r} stands twice{key.start_mark}")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def documents(text):
    return [document for document in yaml.load_all(text, Loader=Strict) if document]


def yaml_files():
    places = [DEPLOY, ROOT / ".github"]
    found = [path for place in places for end in ("*.yaml", "*.yml") for path in place.rglob(end)]
    return sorted([*found, ROOT / "cloudbuild.yaml"])


def check_yaml():
    for path in yaml_files():
        try:
            documents(path.read_text())
        except yaml.YAMLError as error:
            fail(short(path), error)


# ---- Compose: settings the program knows, files that are there, networks and volumes that are declared ---------------
def known_settings():
    """MEDIVERSE_SECTION__KEY of every setting, from the reference that the program writes of itself."""
    known, section = set(), ""
    for line in (ROOT / "docs/config.toml").read_text().splitlines():
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = match[1]
        elif match := re.match(r"# (\w+) = ", line):
            known.add(f"MEDIVERSE_{section}__{match[1]}".upper())
    return known


def check_compose(known):
    path = DEPLOY / "compose.yaml"
    compose = yaml.safe_load(path.read_text())
    where = short(path)
    secrets = set(re.findall(r"\$\{(\w+)\}", path.read_text()))
    made = set(run("sh", str(DEPLOY / "compose/make-secrets"))[1].replace("=", "\n").split("\n")[::2])
    for missing in secrets - made:
        fail(where, f"{missing} is used and compose/make-secrets does not make it")
    for name, service in compose["services"].items():
        for key in service.get("environment", {}):
            if key.startswith("MEDIVERSE_") and key not in known:
                fail(where, f"{name}: {key} is no setting of the program")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and not (DEPLOY / source).exists():
                fail(where, f"{name}: {source} is not there")
            if re.fullmatch(r"[\w-]+", source) and source not in compose["volumes"]:
                fail(where, f"{name}: the volume {source} is not declared")
        for network in service.get("networks", []):
            if network not in compose["networks"]:
                fail(where, f"{name}: the network {network} is not declared")
        for needed in service.get("depends_on", {}):
            if needed not in compose["services"]:
                fail(where, f"{name}: waits for {needed}, which is not there")
        for port in service.get("ports", []):
            if name != "gateway" and not str(port).startswith("127.0.0.1:"):
                fail(where, f"{name}: {port} is reached from outside; only the gateway's may be")
    databases = {
        name: {key.removeprefix("MEDIVERSE_DATABASE__").lower() for key in service.get("environment", {}) if "DATABASE__" in key}
        for name, service in compose["services"].items()
    }
    if set(compose["services"]["notifications"]["networks"]) != {"inside", "databases", "outside"}:
        fail(where, "notifications: reaches neither mail servers nor calendars")
    for name in ("auth", "people", "directory", "scheduling", "notifications", "web", "gateway"):
        for foreign in databases[name] - {name, "keys"}:
            fail(where, f"{name}: is given the database of {foreign}")


# ---- Kubernetes: kustomize, schemas, and what every pod and policy must have ------------------------------------------
VERSION = "1.32"


def rendered(folder):
    kubectl = shutil.which("kubectl")
    if not kubectl:
        return None
    code, out, said = run(kubectl, "kustomize", str(folder))
    if code:
        fail(short(folder), said.strip())
        return []
    return documents(out)


def pod_of(resource):
    spec = resource.get("spec", {})
    if resource["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec.get("template", {}).get("spec") if resource["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob") else None


def check_pod(where, resource):
    pod = pod_of(resource)
    name = f"{resource['kind']} {resource['metadata']['name']}"
    context = pod.get("securityContext", {})
    if not context.get("runAsNonRoot") or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        fail(where, f"{name}: runs as root, or without a seccomp profile")
    if pod.get("automountServiceAccountToken") is not False:
        fail(where, f"{name}: is given a token of the cluster")
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        box = container.get("securityContext", {})
        if box.get("allowPrivilegeEscalation") is not False or box.get("capabilities", {}).get("drop") != ["ALL"]:
            fail(where, f"{name}/{container['name']}: may gain rights")
        # RabbitMQ writes beside its own programs.
        if container["name"] != "rabbitmq" and box.get("readOnlyRootFilesystem") is not True:
            fail(where, f"{name}/{container['name']}: its root file system can be written")
        resources = container.get("resources", {})
        if "memory" not in resources.get("limits", {}) or "cpu" not in resources.get("requests", {}):
            fail(where, f"{name}/{container['name']}: says nothing about memory or processors")
        if resource["kind"] == "Deployment" and container["name"] == "mediverse":
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                if probe not in container:
                    fail(where, f"{name}: has no {probe}")


def selects(selector, labels):
    selector = selector or {}
    for wanted in selector.get("matchExpressions", []):
        if wanted["operator"] != "In" or labels.get(wanted["key"]) not in wanted["values"]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def labels_of(resource):
    """What its pods are labelled with."""
    spec = resource["spec"]
    if resource["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec["template"].get("metadata", {}).get("labels", {})


def check_roles(where, resources):
    by_kind = {}
    for resource in resources:
        by_kind.setdefault(resource["kind"], {})[resource["metadata"]["name"]] = resource
    roles = {name: d for name, d in by_kind["Deployment"].items() if name.startswith("mediverse-")}
    for name, deployment in roles.items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        if not selects(deployment["spec"]["selector"], labels):
            fail(where, f"{name}: its pods are not its own")
        scaler = by_kind["HorizontalPodAutoscaler"].get(name)
        if not scaler or scaler["spec"]["scaleTargetRef"]["name"] != name:
            fail(where, f"{name}: nothing scales it")
        elif scaler["spec"]["metrics"][0]["resource"]["target"].get("averageUtilization") != 70:
            fail(where, f"{name}: does not scale at 70 % of its processors")
        for kind, selector in (("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")):
            found = by_kind[kind].get(name)
            if not found or not found["spec"][selector].get("matchLabels") or not selects(found["spec"][selector], labels):
                fail(where, f"{name}: has no {kind} of its own")
        if not by_kind["Service"].get(name) or not by_kind["ServiceAccount"].get(name):
            fail(where, f"{name}: has no Service or ServiceAccount")
        if "replicas" in deployment["spec"]:
            fail(where, f"{name}: says how many there are, which its autoscaler does; each roll-out would undo that")
        if deployment["spec"]["template"]["spec"]["serviceAccountName"] != name:
            fail(where, f"{name}: acts as somebody else")
        check_certificate(where, name.removeprefix("mediverse-"), deployment, by_kind)
        shown = [volume["projected"]["sources"] for volume in deployment["spec"]["template"]["spec"]["volumes"] if volume["name"] == "service-keys"]
        own = [source["secret"]["name"] for sources in shown for source in sources if "secret" in source]
        if own != [f"service-key-{name.removeprefix('mediverse-')}"]:
            fail(where, f"{name}: does not hold its own service key alone")
        for spread in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]:
            if not spread["labelSelector"].get("matchLabels") or not selects(spread["labelSelector"], labels):
                fail(where, f"{name}: is not spread by its own pods")
        databases = {
            entry["name"].removeprefix("MEDIVERSE_DATABASE__").lower()
            for container in deployment["spec"]["template"]["spec"]["containers"]
            for entry in container.get("env") or []
            if entry["name"].startswith("MEDIVERSE_DATABASE__")
        }
        for foreign in databases - {name.removeprefix("mediverse-"), "keys"}:
            fail(where, f"{name}: is given the database of {foreign}")
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            for entry in container.get("env") or []:
                if "value" in entry and re.search(r"password|secret|://[^/]*:[^/]*@", str(entry["value"]).lower()):
                    fail(where, f"{name}: {entry['name']} holds a secret")
    closed = by_kind["NetworkPolicy"].get("deny-all", {}).get("spec", {})
    if closed.get("podSelector") != {} or set(closed.get("policyTypes", [])) != {"Ingress", "Egress"} or closed.get("ingress"):
        fail(where, "nothing closes the network first")
    for name, policy in by_kind["NetworkPolicy"].items():
        for rule in policy["spec"].get("ingress", []):
            if not rule.get("from") and name != "mediverse-gateway":
                fail(where, f"NetworkPolicy {name}: opens to everybody; only the gateway's may")
    if not any(resource["kind"] == "Job" and "migrate" in resource["metadata"]["name"] for resource in resources):
        fail(where, "nothing migrates")
    check_backups(where, by_kind)


def check_certificate(where, role, deployment, by_kind):
    """What it shows to other roles: its own, for its own name, by the three settings, as files that can be renewed."""
    pod = pod_of(deployment)
    shown = [volume for volume in pod["volumes"] if "service-tls" in json.dumps(volume)]
    if [volume.get("secret", {}).get("secretName") for volume in shown] != [f"service-tls-{role}"]:
        return fail(where, f"{role}: does not hold its own certificate alone")
    container = next(c for c in pod["containers"] if c["name"] == "mediverse")
    mounts = [mount for mount in container["volumeMounts"] if mount["name"] == shown[0]["name"]]
    if len(mounts) != 1 or "subPath" in mounts[0]:
        return fail(where, f"{role}: its certificate is not mounted once and as a folder")
    settings = by_kind["ConfigMap"]["settings"]["data"]
    for end, file in (("CERTIFICATE", "tls.crt"), ("KEY", "tls.key"), ("AUTHORITY", "ca.crt")):
        if settings.get(f"MEDIVERSE_SERVICES__TLS_{end}") != f"{mounts[0]['mountPath']}/{file}":
            fail(where, f"{role}: MEDIVERSE_SERVICES__TLS_{end} does not name {file}")
    given = by_kind.get("Certificate", {}).get(f"service-tls-{role}", {}).get("spec", {})
    if given.get("dnsNames") != [role] or not {"server auth", "client auth"} <= set(given.get("usages", [])):
        fail(where, f"{role}: nobody gives it a certificate for its name and for both ends")


# ---- the overlay of Google Cloud against deploy/terraform ---------------------------------------------------------------
def check_cloud(where, resources):
    named = {(resource["kind"], resource["metadata"]["name"]): resource for resource in resources}
    check_proxies(where, resources, named)
    check_secrets(where, resources)
    check_health(where, resources)
    check_engines(where, resources)
    outside = next(r for r in resources if r["metadata"]["name"] == "outside-notifications")
    if not {80, 443, 465, 587} <= {entry["port"] for rule in outside["spec"]["egress"] for entry in rule["ports"]}:
        fail(where, "notifications: reaches neither mail servers nor calendars")


def check_proxies(where, resources, named):
    """Whoever has a proxy reaches the metadata server, and asks each database by its own name through its own port."""
    metadata = named["NetworkPolicy", "metadata-of-roles"]["spec"]["podSelector"]
    accounts = {
        name: resource["metadata"].get("annotations", {}).get("iam.gke.io/gcp-service-account", "").split(".gserviceaccount.com")[0]
        for (kind, name), resource in named.items()
        if kind == "ServiceAccount"
    }
    for resource in resources:
        pod = pod_of(resource) or {}
        name = f"{resource['kind']} {resource['metadata']['name']}"
        proxy = next((c for c in pod.get("initContainers", []) if c["name"] == "cloud-sql-proxy"), None)
        if not proxy:
            continue
        if not selects(metadata, labels_of(resource)):
            fail(where, f"{name}: has a proxy that may not ask who it is")
        ports = dict(re.findall(r":mediverse-(\w+)\?port=(\d+)", " ".join(proxy["args"])))
        container = next(c for c in pod["containers"] if c["name"] == "mediverse")
        told = {e["name"]: e for e in container["env"] if e["name"].startswith("MEDIVERSE_DATABASE__")}
        if {key.removeprefix("MEDIVERSE_DATABASE__").lower() for key in told} != set(ports):
            fail(where, f"{name}: its databases are not those of its proxy")
            continue
        for database, port in ports.items():
            user = accounts[pod["serviceAccountName"]].replace("@", "%40")
            address = f"postgres://{user}@127.0.0.1:{port}/{database}?sslmode=disable&options=-c%20role%3Dhouse"
            if told[f"MEDIVERSE_DATABASE__{database.upper()}"] != {"name": f"MEDIVERSE_DATABASE__{database.upper()}", "value": address}:
                fail(where, f"{name}: does not ask {database} by {address}")


def check_engines(where, resources):
    """The cache's authority is known where the cache is; collectors reach who tells numbers; Google's interfaces have the address that policies name."""
    for resource in resources:
        container = next((c for c in (pod_of(resource) or {}).get("containers", []) if c["name"] == "mediverse"), {})
        told = {entry["name"]: entry.get("value", "") for entry in container.get("env") or []}
        mounts = [mount["mountPath"] + "/" for mount in container.get("volumeMounts", [])]
        if "MEDIVERSE_REDIS__URL" in told and not told.get("MEDIVERSE_REDIS__AUTHORITY", "-").startswith(tuple(mounts)):
            fail(where, f"{resource['metadata']['name']}: does not know who vouches for the cache")
    policies = [resource for resource in resources if resource["kind"] == "NetworkPolicy"]
    for labels, port in (({"app.kubernetes.io/part-of": "mediverse"}, 9090), ({"mediverse/engine": "rabbitmq"}, 15692)):
        rules = [rule for p in policies if selects(p["spec"]["podSelector"], labels) for rule in p["spec"].get("ingress", [])]
        if not any("gmp-system" in json.dumps(rule) and {"port": port, "protocol": "TCP"} in rule["ports"] for rule in rules if "ports" in rule):
            fail(where, f"{labels}: the collectors of managed Prometheus do not reach {port}")
    network = (DEPLOY / "terraform/network.tf").read_text()
    if "199.36.153.8/30" in json.dumps(policies) and '"199.36.153.8"' not in network:
        fail("deploy/terraform/network.tf", "names of Google's interfaces do not lead to the addresses that policies open")


def check_secrets(where, resources):
    """Every secret that a pod needs is brought by somebody, and every one that is brought lies in Secret Manager."""
    brought = {r["spec"].get("target", {}).get("name") for r in resources if r["kind"] == "ExternalSecret"}
    brought |= {r["spec"]["secretName"] for r in resources if r["kind"] == "Certificate"}
    brought |= {f"{r['metadata']['name']}-default-user" for r in resources if r["kind"] == "RabbitmqCluster"}
    for resource in resources:
        for needed in needed_secrets(pod_of(resource) or {}):
            if needed not in brought:
                fail(where, f"{resource['kind']} {resource['metadata']['name']}: nobody brings the secret {needed}")
    block = re.search(r"secrets = toset\(\[(.*?)\]\)", (DEPLOY / "terraform/secrets.tf").read_text(), re.S)
    kept = {f"mediverse-{name}" for name in re.findall(r'"([\w-]+)"', block[1])}
    asked = {entry["remoteRef"]["key"] for r in resources if r["kind"] == "ExternalSecret" for entry in r["spec"]["data"]}
    for name in sorted(kept ^ asked):
        fail(where, f"{name}: {'nobody asks Secret Manager for it' if name in kept else 'is not in terraform/secrets.tf'}")


def needed_secrets(node):
    """Names of the secrets in a pod that it does not start without."""
    if isinstance(node, list):
        return {name for part in node for name in needed_secrets(part)}
    if not isinstance(node, dict):
        return set()
    found = {name for part in node.values() for name in needed_secrets(part)}
    reference = node.get("secretKeyRef") or node.get("secret") or {}
    name = reference.get("secretName") or reference.get("name")
    return found | ({name} if name and not reference.get("optional") else set())


def check_health(where, resources):
    """What the load balancer asks is let in by the firewall and by a policy, and is a port where it is answered."""
    edge, network = ((DEPLOY / "terraform" / name).read_text() for name in ("edge.tf", "network.tf"))
    block = re.search(r"http_health_check \{(.*?)\n  \}", edge, re.S)[1]
    port = int(re.search(r"\bport\s*=\s*(\d+)", block)[1])
    if '"/readyz"' not in block or port != 9090:
        fail("deploy/terraform/edge.tf", "the health check is not one of /readyz at the port for operators")
    allowed = re.search(r'"mediverse-load-balancer".*?ports\s*=\s*\[(.*?)\].*?source_ranges\s*=\s*\[(.*?)\]', network, re.S)
    if f'"{port}"' not in allowed[1]:
        fail("deploy/terraform/network.tf", f"health checks are not let in at {port}")
    let_in = {
        source["ipBlock"]["cidr"]
        for r in resources
        if r["kind"] == "NetworkPolicy" and selects(r["spec"]["podSelector"], {"app.kubernetes.io/name": "gateway"})
        for rule in r["spec"].get("ingress", [])
        if any(entry["port"] == port for entry in rule.get("ports", []))
        for source in rule.get("from", [])
        if "ipBlock" in source
    }
    for cidr in set(re.findall(r'"([\d./]+)"', allowed[2])) - let_in:
        fail(where, f"health checks from {cidr} do not reach the gateway")


DATABASES = {"auth", "people", "directory", "scheduling", "notifications", "keys"}


def check_backups(where, by_kind):
    """A backup every day and keys more often: of every database, one at a time, in the image that has the tools, onto a volume."""
    for name, most in (("mediverse-backup", r"\d+ \d+ \* \* \*"), ("mediverse-backup-keys", r"\*/\d+ \* \* \* \*")):
        cron = by_kind.get("CronJob", {}).get(name)
        if not cron:
            fail(where, f"no CronJob {name}")
            continue
        spec, pod = cron["spec"], pod_of(cron)
        container = next(c for c in pod["containers"] if c["name"] == "mediverse")
        given = {entry["name"] for entry in container["env"]}
        missing = {f"MEDIVERSE_DATABASE__{database.upper()}" for database in DATABASES} | {"MEDIVERSE_KEYS__FILE", "MEDIVERSE_BACKUP__FOLDER"}
        for lacking in sorted(missing - given):
            fail(where, f"{name}: is not told {lacking}")
        if not re.fullmatch(most, spec["schedule"]) or not spec.get("timeZone") or spec.get("concurrencyPolicy") != "Forbid":
            fail(where, f"{name}: runs too seldom, at no known hour, or beside itself")
        if not re.search(r"(^|/)mediverse-backup(:|$)", container["image"]):
            fail(where, f"{name}: its image has no pg_dump")
        folder = next(entry["value"] for entry in container["env"] if entry["name"] == "MEDIVERSE_BACKUP__FOLDER")
        claims = {volume["name"] for volume in pod["volumes"] if volume.get("persistentVolumeClaim")}
        if not any(mount["name"] in claims and folder.startswith(mount["mountPath"] + "/") for mount in container["volumeMounts"]):
            fail(where, f"{name}: what it makes is gone with its pod")
        if container["args"][0] != "backup" or ("--keys-only" in container["args"]) != name.endswith("-keys"):
            fail(where, f"{name}: does something else")


def check_kubernetes(known):
    try:
        import kubernetes_validate
    except ImportError:
        kubernetes_validate = None
        missing("Kubernetes' schemas", "kubernetes-validate")
    unknown_kinds = set()
    for folder in (DEPLOY / "kubernetes/base", DEPLOY / "kubernetes/overlays/dev", DEPLOY / "kubernetes/overlays/prod"):
        resources = rendered(folder)
        if resources is None:
            return missing("what kustomize makes of the manifests", "kubectl")
        where = short(folder)
        for resource in resources:
            if pod_of(resource):
                check_pod(where, resource)
            if resource["kind"] == "ConfigMap" and resource["metadata"]["name"] == "settings":
                for key in resource["data"]:
                    if key not in known:
                        fail(where, f"{key} is no setting of the program")
            pod = pod_of(resource) or {}
            for container in pod.get("containers", []):
                for entry in container.get("env") or []:
                    if entry["name"].startswith("MEDIVERSE_") and entry["name"] not in known:
                        fail(where, f"{resource['metadata']['name']}: {entry['name']} is no setting of the program")
            if not kubernetes_validate:
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    kubernetes_validate.validate(resource, VERSION, strict=True)
            except kubernetes_validate.SchemaNotFoundError:
                unknown_kinds.add(resource["apiVersion"] + " " + resource["kind"])
            except kubernetes_validate.ValidationError as error:
                path = ".".join(str(step) for step in error.path)
                fail(where, f"{resource['kind']} {resource['metadata']['name']}: {path}: {error.message}")
        if resources:
            check_roles(where, resources)
        if resources and folder.name == "prod":
            check_cloud(where, resources)
    for kind in sorted(unknown_kinds):
        skip(f"{kind}: a custom resource without a schema here")


# ---- Terraform: parses, formatted, every reference leads somewhere ----------------------------------------------------
def check_terraform():
    try:
        import hcl2
    except ImportError:
        return missing("Terraform", "python-hcl2")
    folder = DEPLOY / "terraform"
    declared, texts = {"each", "self", "path", "terraform", "count"}, {}
    for path in sorted(folder.glob("*.tf")):
        try:
            with path.open() as file:
                body = hcl2.load(file)
        except Exception as error:  # the parser has many kinds of errors
            fail(short(path), f"does not parse: {error}")
            continue
        plain = lambda text: text.strip('"')
        for kind in ("resource", "data"):
            for block in body.get(kind, []):
                for type_, named in block.items():
                    for name in named:
                        prefix = "data." if kind == "data" else ""
                        declared.add(f"{prefix}{plain(type_)}.{plain(name)}")
        for block in body.get("variable", []):
            declared |= {f"var.{plain(name)}" for name in block}
        for block in body.get("locals", []):
            declared |= {f"local.{plain(name)}" for name in block if not name.startswith("__")}
        texts[path] = re.sub(r"#.*", "", path.read_text())
    reference = re.compile(r"(?<![\w.\"/-])(?:(data\.[a-z]\w*\.[a-z]\w*)|((?:var|local)\.[a-z]\w*)|(google_[a-z0-9_]+\.[a-z]\w*))")
    used = set()
    for path, text in texts.items():
        for match in reference.finditer(text):
            name = match[0]
            used.add(name)
            if name not in declared:
                fail(short(path), f"{name} is not declared")
    for unused in sorted(name for name in declared if name.startswith(("var.", "local.")) and name not in used):
        fail(short(folder), f"{unused} is declared and not used")
    terraform = shutil.which("terraform")
    if not terraform:
        return missing("the format of Terraform's files", "terraform")
    code, out, said = run(terraform, f"-chdir={folder}", "fmt", "-check", "-list=true")
    if code:
        fail(short(folder), f"terraform fmt: {out.strip() or said.strip()}")
    skip("terraform validate and plan: providers and a cloud are needed")


# ---- Prometheus and Grafana -------------------------------------------------------------------------------------------
# What others tell: RabbitMQ, the exporters of PostgreSQL and Redis, the cluster, and Prometheus itself.
FOREIGN = re.compile(r"rabbitmq_|redis_memory_|pg_|kube_cronjob_|up$|ALERTS$")
NOT_METRICS = {"sum", "rate", "max", "min", "count", "topk", "by", "le", "and", "or", "unless", "on", "offset", "increase",
               "time", "histogram_quantile", "without", "ignoring"}


def names_in(expression):
    """The metrics an expression asks for."""
    bare = re.sub(r"\"[^\"]*\"|\{[^}]*\}|\[[^\]]*\]", " ", expression)
    bare = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\boffset\s+\w+", " ", bare)
    bare = re.sub(r"(?<![\w:])\d[\w.]*", " ", bare)
    return {name for name in re.findall(r"[a-zA-Z_][\w:]*", bare) if name not in NOT_METRICS}


def check_metrics():
    listed = DEPLOY / "prometheus/metrics.txt"
    if not listed.is_file():
        return fail(short(listed), "is not there")
    known = set(listed.read_text().split())
    told = re.compile(r"(?:metrics::(?:counter|gauge|histogram)!|telemetry::count)\(\s*\"(\w+)\"")
    in_code = {name for path in sorted((ROOT / "crates").glob("*/src/**/*.rs")) for name in told.findall(path.read_text())}
    for name in sorted(in_code ^ known):
        fail(short(listed), f"{name} is {'missing' if name in in_code else 'told by nobody any more'}; it lists every number of the program")
    rules = {}
    for name in ("recording.yaml", "alerts.yaml"):
        path = DEPLOY / "prometheus" / name
        rules[path] = [rule for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]
    recorded = {rule["record"] for found in rules.values() for rule in found if "record" in rule}

    def look(where, expression):
        for name in names_in(expression):
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            if not (name in known or base in known or name in recorded or FOREIGN.match(name)):
                fail(where, f"{name} is a number nobody tells")

    for path, found in rules.items():
        for rule in found:
            look(short(path), rule["expr"])
    for path in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        try:
            dashboard = json.loads(path.read_text())
        except json.JSONDecodeError as error:
            fail(short(path), error)
            continue
        panels = dashboard["panels"]
        if len({panel["id"] for panel in panels}) != len(panels):
            fail(short(path), "two panels have one id")
        for panel in panels:
            for target in panel.get("targets", []):
                if target.get("datasource", {}).get("type") == "prometheus":
                    look(short(path), target["expr"])


def check_runbooks():
    text = (ROOT / "docs/operations.md").read_text() if (ROOT / "docs/operations.md").is_file() else ""
    headings = {re.sub(r"[^\w-]", "", line.lstrip("#").strip().lower().replace(" ", "-")) for line in text.splitlines() if line.startswith("#")}
    tested = {case["alertname"] for test in yaml.safe_load((DEPLOY / "prometheus/alerts_test.yaml").read_text())["tests"] for case in test["alert_rule_test"] if case.get("exp_alerts")}
    path = DEPLOY / "prometheus/alerts.yaml"
    for group in yaml.safe_load(path.read_text())["groups"]:
        for rule in group["rules"]:
            name = rule["alert"]
            if rule["annotations"].get("runbook") != f"docs/operations.md#{name.lower()}" or name.lower() not in headings:
                fail(short(path), f"{name} has no runbook in docs/operations.md")
            if rule["labels"].get("severity") not in ("page", "ticket"):
                fail(short(path), f"{name} has no severity")
            if name not in tested:
                fail(short(path), f"{name} is not tested to fire")


def check_prometheus():
    promtool = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if not promtool:
        return missing("Prometheus' rules and their tests", "promtool")
    folder = DEPLOY / "prometheus"
    for command in (["check", "rules", "alerts.yaml", "recording.yaml"], ["test", "rules", "alerts_test.yaml"], ["check", "config", "--syntax-only", "compose.yaml"]):
        code, _, said = run(promtool, *command, cwd=folder)
        if code:
            fail(short(folder), f"promtool {' '.join(command[:2])}: {said.strip()}")


# ---- pipelines and the image -------------------------------------------------------------------------------------------
def check_pipelines():
    for path in (ROOT / "cloudbuild.yaml", *sorted((ROOT / ".github/workflows").glob("*.yaml"))):
        if ".ci/run" not in path.read_text():
            fail(short(path), "does not run .ci/run")
        if ".ci/tools" not in path.read_text():
            fail(short(path), "does not bring the tools that deploy/ is looked at with")
    check_roll_out()
    image = (DEPLOY / "Dockerfile").read_text()
    for needed in ("USER 65532:65532", "HEALTHCHECK", "--locked"):
        if needed not in image:
            fail("deploy/Dockerfile", f"{needed} is missing")
    check_backup_image(image)


def check_roll_out():
    """The job that migrates needs what has no role's name (namespace, settings, secrets): that comes first, and is waited for."""
    text = (ROOT / "cloudbuild.yaml").read_text()
    order = ["--selector '!app.kubernetes.io/name'", "externalsecret --all", "--selector app.kubernetes.io/name=migrate", "job/mediverse-migrate-"]
    places = [text.find(words) for words in order]
    if -1 in places or places != sorted(places):
        fail("cloudbuild.yaml", "does not bring what the migrations need before them: " + ", ".join(order))


def check_backup_image(image):
    """pg_dump refuses a server that is newer than itself: the image for backups has the version of the servers."""
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$((?:(?!^FROM ).*\n?)*)", image, re.M)
    stage = next(((base, text) for base, name, text in stages if name == "backup"), None)
    if not stage or not (found := re.fullmatch(r"postgres:(\d+)-bookworm", stage[0])):
        return fail("deploy/Dockerfile", "the target backup does not begin with PostgreSQL's own image, which has pg_dump")
    for needed in ("COPY --from=build /mediverse /usr/local/bin/mediverse", "USER 65532:65532", 'ENTRYPOINT ["/usr/local/bin/mediverse"]'):
        if needed not in stage[1]:
            fail("deploy/Dockerfile", f"backup: {needed} is missing")
    if stages[-1][1]:
        fail("deploy/Dockerfile", "the last stage is not the image of the roles")
    servers = {
        "deploy/terraform/databases.tf": r'database_version\s*=\s*"POSTGRES_(\d+)"',
        "deploy/compose.yaml": r"image: postgres:(\d+)",
        "deploy/kubernetes/overlays/dev/database/database.yaml": r"image: postgres:(\d+)",
    }
    for path, pattern in servers.items():
        for version in re.findall(pattern, (ROOT / path).read_text()) or ["none"]:
            if version != found[1]:
                fail(path, f"PostgreSQL {version}, and the image for backups has the tools of {found[1]}")
    if "--target=backup" not in (ROOT / "cloudbuild.yaml").read_text():
        fail("cloudbuild.yaml", "does not build the image for backups")


def main():
    known = known_settings()
    check_yaml()
    check_compose(known)
    check_kubernetes(known)
    check_terraform()
    check_metrics()
    check_runbooks()
    check_prometheus()
    check_pipelines()
    for line in dict.fromkeys(wrong):
        print(f"  WRONG  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
