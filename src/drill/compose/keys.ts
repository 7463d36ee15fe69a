/** The keys of a service that are not taken: those that make no difference here, and those that do. */

/** Left out without a word. */
export const WITHOUT_MEANING: readonly string[] = [
  'annotations',
  'attach',
  'develop',
  'labels',
  'label_file',
  'logging',
  'profiles',
  'pull_policy',
  'stdin_open',
  'tty',
];

/** Left out with a note: why the service is drilled all the same. */
export const IGNORED: Readonly<Record<string, string>> = {
  cap_drop: 'the node has more rights than there',
  container_name: 'its peers reach it by the name of the service',
  dns: 'nodes know each other only',
  dns_opt: 'nodes know each other only',
  dns_search: 'nodes know each other only',
  domainname: 'its peers reach it by the name of the service',
  hostname: 'its name is that of the service',
  mem_reservation: 'it has what the machine has',
  mem_swappiness: 'it has what the machine has',
  memswap_limit: 'it has what the machine has',
  platform: "it runs on the engine's own",
  read_only: 'the node has more rights than there',
  restart: 'whether and when a node is started again is for the drill to say',
  security_opt: 'the node has more rights than there',
  shm_size: "it has the engine's usual one",
  stop_grace_period: 'the drill stops nodes by signals',
  stop_signal: 'the drill stops nodes by signals',
  ulimits: "it has the engine's usual ones",
};

const OF_THIS_MACHINE = 'a node is not let into this machine';
const FILES = 'files are handed in with `volumes`';

/** Refused: why the service would not be the same. */
export const REFUSED: Readonly<Record<string, string>> = {
  cgroup: OF_THIS_MACHINE,
  cgroup_parent: OF_THIS_MACHINE,
  configs: FILES,
  credential_spec: OF_THIS_MACHINE,
  device_cgroup_rules: OF_THIS_MACHINE,
  devices: OF_THIS_MACHINE,
  extends: 'a service stands in one file as a whole',
  external_links: 'nodes know each other only',
  extra_hosts: 'nodes know each other only',
  gpus: OF_THIS_MACHINE,
  group_add: 'the node would have fewer rights than there',
  ipc: OF_THIS_MACHINE,
  isolation: 'nodes are Linux containers',
  pid: OF_THIS_MACHINE,
  post_start: 'a node runs one program',
  pre_stop: 'a node runs one program',
  privileged: 'the drill runs nothing that has the run of this machine',
  runtime: "nodes run by the engine's usual one",
  secrets: FILES,
  userns_mode: OF_THIS_MACHINE,
  uts: OF_THIS_MACHINE,
  volumes_from: 'each node has volumes of its own',
};
