// Where the program `lerp` is: the setting, the environment of the interpreter, PATH. Pure: files are asked for by a function.
import * as path from 'node:path';

export interface Places {
  /** The setting `lerp.path`, in its order. */
  paths: string[];
  /** The Python whose environment may have lerp. */
  interpreter?: string;
  /** The variable PATH. */
  searchPath: string;
  windows: boolean;
}

export interface Found {
  command: string;
  /** For the log. */
  where: 'lerp.path' | 'environment' | 'PATH';
}

/** The server, or undefined when it is nowhere. A setting that names nothing is passed over. */
export function findServer(places: Places, exists: (file: string) => boolean): Found | undefined {
  const { join, dirname, isAbsolute } = places.windows ? path.win32 : path.posix;
  const name = places.windows ? 'lerp.exe' : 'lerp';
  const set = places.paths.find((file) => isAbsolute(file) && exists(file));
  if (set) {
    return { command: set, where: 'lerp.path' };
  }
  if (places.interpreter && isAbsolute(places.interpreter)) {
    const folder = dirname(places.interpreter);
    // beside python, or for a Python of Windows in Scripts
    const beside = [join(folder, name), join(folder, 'Scripts', name)].find(exists);
    if (beside) {
      return { command: beside, where: 'environment' };
    }
  }
  // a relative entry would mean the folder that is open: never run what lies there
  const folders = places.searchPath.split(places.windows ? ';' : ':').filter(isAbsolute);
  const found = folders.map((folder) => join(folder, name)).find(exists);
  return found === undefined ? undefined : { command: found, where: 'PATH' };
}
