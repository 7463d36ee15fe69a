/** The keys of a Compose file's maps: those that are taken, those that make no difference here, and those that do. */

/** What is known of the keys of one kind of map. Those that begin with `x-` are the user's own. */
export interface Keys {
  taken: readonly string[];
  /** Left out without a word. */
  withoutMeaning?: readonly string[];
  /** Left out with a note: why the service is drilled all the same. */
  ignored?: Readonly<Record<string, string>>;
  /** Refused: why the service would not be the same. */
  refused?: Readonly<Record<string, string>>;
}

const BY_NAME = 'its peers reach it by the name of the service';
const EACH_OTHER = 'nodes know each other only';
const MORE_RIGHTS = 'the node has more rights than there';
const ALL_THERE_IS = 'it has what the machine has';
const OF_THIS_MACHINE = 'a node is not let into this machine';

export const FILE: Keys = {
  taken: ['services', 'volumes', 'networks', 'secrets', 'configs', 'include'],
  withoutMeaning: ['name', 'version'],
  refused: { models: EACH_OTHER },
};
/** Of an entry of `include`, and of what a service extends. */
export const INCLUDE: Keys = { taken: ['path', 'project_directory', 'env_file'] };
export const EXTENDS: Keys = { taken: ['service', 'file'] };
export const FILE_TODO = 'import the output of `docker compose config`';

/** Of a service; those that are taken are in service.ts. */
export const SERVICE: Omit<Keys, 'taken'> = {
  withoutMeaning: [
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
  ],
  ignored: {
    cap_drop: MORE_RIGHTS,
    dns: EACH_OTHER,
    dns_opt: EACH_OTHER,
    dns_search: EACH_OTHER,
    domainname: BY_NAME,
    extra_hosts: 'a node reaches its peers and nothing else',
    mem_reservation: ALL_THERE_IS,
    mem_swappiness: ALL_THERE_IS,
    memswap_limit: ALL_THERE_IS,
    pids_limit: ALL_THERE_IS,
    platform: "it runs on the engine's own",
    read_only: MORE_RIGHTS,
    security_opt: MORE_RIGHTS,
    stop_grace_period: 'how long a node may take to end is for `stop` to say',
  },
  refused: {
    cgroup: OF_THIS_MACHINE,
    cgroup_parent: OF_THIS_MACHINE,
    credential_spec: OF_THIS_MACHINE,
    device_cgroup_rules: OF_THIS_MACHINE,
    devices: OF_THIS_MACHINE,
    external_links: EACH_OTHER,
    gpus: OF_THIS_MACHINE,
    ipc: OF_THIS_MACHINE,
    isolation: 'nodes are Linux containers',
    pid: OF_THIS_MACHINE,
    post_start: 'a node runs one program',
    pre_stop: 'a node runs one program',
    privileged: 'the drill runs nothing that has the run of this machine',
    runtime: 'it decides what a container can do to this machine',
    userns_mode: OF_THIS_MACHINE,
    uts: OF_THIS_MACHINE,
    volumes_from: 'each node has volumes of its own',
  },
};
export const SERVICE_TODO = `write what the service needs with other keys, or ${FILE_TODO}`;

export const DEPLOY: Keys = {
  taken: ['replicas', 'resources', 'restart_policy'],
  withoutMeaning: ['labels', 'rollback_config', 'update_config'],
  ignored: {
    endpoint_mode: BY_NAME,
    mode: 'a node is one container',
    placement: 'every node runs in the one engine',
  },
};
export const RESTART_POLICY: Keys = {
  taken: ['condition', 'max_attempts'],
  ignored: {
    delay: "a node is started again after the engine's own delays",
    window: 'every end that is a failure counts',
  },
};
export const RESOURCES: Keys = { taken: ['limits', 'reservations'] };
export const LIMITS: Keys = { taken: ['cpus', 'memory'], ignored: { pids: ALL_THERE_IS } };
export const RESERVATIONS: Keys = {
  taken: [],
  ignored: { cpus: ALL_THERE_IS, memory: ALL_THERE_IS, pids: ALL_THERE_IS },
  refused: { devices: OF_THIS_MACHINE, generic_resources: OF_THIS_MACHINE },
};

export const HEALTHCHECK: Keys = {
  taken: ['test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable'],
};

/** Of one that a service waits for. */
export const DEPENDENCY: Keys = { taken: ['condition', 'required'], withoutMeaning: ['restart'] };

/** Of a secret or a config that a service reads. Compose leaves the rights of a file as they are, too. */
export const HANDED_FILE: Keys = {
  taken: ['source', 'target'],
  withoutMeaning: ['uid', 'gid', 'mode'],
};

export const ENV_FILE: Keys = {
  taken: ['path', 'required'],
  refused: { format: 'quotes are taken off in every such file, and variables filled in' },
};

export const PORT: Keys = {
  taken: ['target', 'protocol'],
  withoutMeaning: ['app_protocol', 'host_ip', 'mode', 'name', 'published'],
};

/** Of a network that a service is in. */
export const NETWORK: Keys = {
  taken: ['aliases'],
  withoutMeaning: ['gw_priority', 'priority'],
  ignored: {
    driver_opts: "nodes are on networks of the drill's own",
    interface_name: "it is the engine's usual one",
    ipv4_address: BY_NAME,
    ipv6_address: BY_NAME,
    link_local_ips: BY_NAME,
    mac_address: BY_NAME,
  },
};

const EVERY_USE = { withoutMeaning: ['consistency'] };

/** Of an entry of `volumes`, by its type, and of what it has under the name of that type. */
export const VOLUME_USE = {
  volume: { taken: ['type', 'source', 'target', 'read_only', 'volume'], ...EVERY_USE },
  bind: { taken: ['type', 'source', 'target', 'read_only', 'bind'], ...EVERY_USE },
  tmpfs: { taken: ['type', 'source', 'target', 'read_only', 'tmpfs'], ...EVERY_USE },
} satisfies Record<string, Keys>;
export const VOLUME_OPTIONS: Readonly<Record<keyof typeof VOLUME_USE, Keys>> = {
  volume: {
    taken: ['nocopy'],
    // In the short form a volume can have :z; an engine labels its own in any case.
    withoutMeaning: ['labels', 'selinux'],
    refused: {
      subpath: 'a volume is seen as a whole',
    },
  },
  bind: {
    taken: ['create_host_path'],
    ignored: {
      propagation: 'the node does not see what is mounted there later',
      recursive: 'the node sees what is mounted below it, too',
      selinux: 'files of this machine are left as they are',
    },
  },
  tmpfs: { taken: ['size', 'mode'] },
};

/** Of a volume that the file declares. */
export const VOLUME: Keys = {
  taken: ['external', 'driver', 'driver_opts'],
  withoutMeaning: ['labels', 'name'],
};
