/** What is in an engine, each thing with its name and the run that has created it. */
import type Dockerode from 'dockerode';
import { type Kind, RUN_LABEL, runOf } from './labels.js';

interface Created {
  Name: string;
  /** The label of its run; undefined for what no run has created. */
  run: string | undefined;
}

export interface Things {
  containers: (Dockerode.ContainerInfo & Created)[];
  networks: (Dockerode.NetworkInspectInfo & Created)[];
  volumes: (Dockerode.VolumeInspectInfo & Created)[];
}

/** With `label`, only what bears it, which may not be what a run has created. */
export async function thingsIn(docker: Dockerode, label?: string): Promise<Things> {
  const filters = label === undefined ? {} : { filters: { label: [label] } };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, ...filters }),
    docker.listNetworks(filters),
    docker.listVolumes(filters),
  ]);
  const nameOf = ({ Id, Names }: Dockerode.ContainerInfo) =>
    // The engine tells them with a slash before.
    Names?.[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
  return {
    containers: containers.map((one) => created('container', { ...one, Name: nameOf(one) })),
    networks: networks.map((one) => created('network', one)),
    volumes: (volumes ?? []).map((one) => created('volume', one)),
  };
}

/** The same, of what runs have created alone, or of what this one has. */
export async function thingsOf(docker: Dockerode, run?: string): Promise<Things> {
  const label = run === undefined ? RUN_LABEL : `${RUN_LABEL}=${run}`;
  const { containers, networks, volumes } = await thingsIn(docker, label);
  const isCreated = (one: Created) => one.run !== undefined;
  return {
    containers: containers.filter(isCreated),
    networks: networks.filter(isCreated),
    volumes: volumes.filter(isCreated),
  };
}

function created<T extends { Name: string; Labels?: Record<string, string> | undefined }>(
  kind: Kind,
  thing: T,
) {
  return { ...thing, run: runOf(kind, thing.Name, thing.Labels) };
}
