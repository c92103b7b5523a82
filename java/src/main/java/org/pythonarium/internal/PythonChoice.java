package org.pythonarium.internal;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import org.pythonarium.PythonException;

/**
 * The executable that the settings and the environment point to.
 *
 * @param executable absolute; symbolic links are not followed, because a virtual environment's executable is one
 * @param source what pointed to it: a property, an environment variable, or PATH
 */
record PythonChoice(Path executable, String source) {

    private static final OperatingSystem SYSTEM = OperatingSystem.current();
    private static final List<String> NAMES = List.of("python3", "python");
    private static final int FOLDERS_SHOWN = 12;

    /**
     * Takes the setting, else the active virtual environment, else {@code python3} on PATH.
     *
     * @throws PythonException there is none, or the setting or {@code VIRTUAL_ENV} points to none
     */
    static PythonChoice make(Settings settings) {
        String asked = settings.get(Setting.PYTHON);
        if (asked != null) {
            return new PythonChoice(asked(asked, settings), settings.source(Setting.PYTHON));
        }
        String active = settings.variable("VIRTUAL_ENV");
        if (active != null) {
            return new PythonChoice(active(Path.of(active).toAbsolutePath()), "VIRTUAL_ENV");
        }
        String conda = settings.variable("CONDA_PREFIX");
        Path inConda = conda == null ? null : executableIn(Path.of(conda).toAbsolutePath());
        if (inConda != null) {
            return new PythonChoice(inConda, "CONDA_PREFIX");
        }
        for (String name : NAMES) {
            Path found = onPath(name, settings);
            if (found != null) {
                return new PythonChoice(found, "PATH");
            }
        }
        throw none(settings);
    }

    private static Path asked(String asked, Settings settings) {
        Path found = SYSTEM.isPath(asked) ? null : onPath(asked, settings);
        return found != null ? found : askedByPath(asked, settings);
    }

    private static Path askedByPath(String asked, Settings settings) {
        Path path = path(asked);
        if (path != null && Files.isDirectory(path)) {
            Path inFolder = executableIn(path);
            if (inFolder == null) {
                throw noneIn(path, asked, settings);
            }
            return inFolder;
        }
        if (path != null && Files.isExecutable(path)) {
            return path;
        }
        if (path != null) {
            VirtualEnvironment.refuseDangling(path);
        }
        throw namesNothing(asked, SYSTEM.isPath(asked) ? "no executable file at " + (path == null ? asked : path)
                : "not found in " + pathShown(settings), settings);
    }

    private static Path active(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw VirtualEnvironment.broken(folder, "VIRTUAL_ENV names it, and there is no such folder");
        }
        Path executable = executableIn(folder);
        if (executable == null) {
            throw VirtualEnvironment.withoutPython(folder);
        }
        return executable;
    }

    private static PythonException noneIn(Path folder, String asked, Settings settings) {
        return VirtualEnvironment.isOne(folder)
                ? VirtualEnvironment.withoutPython(folder)
                : namesNothing(asked, "looked for " + listed(SYSTEM.executablesIn(folder), " and "), settings);
    }

    /** The executable of a folder, which may be a virtual environment or an installation; or null. */
    private static Path executableIn(Path folder) {
        for (Path executable : SYSTEM.executablesIn(folder)) {
            if (Files.isExecutable(executable)) {
                return executable;
            }
        }
        return null;
    }

    private static Path onPath(String name, Settings settings) {
        String program = SYSTEM.program(name);
        for (Path folder : foldersOnPath(settings)) {
            Path file = folder.resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file;
            }
        }
        return null;
    }

    private static List<Path> foldersOnPath(Settings settings) {
        List<Path> folders = new ArrayList<>();
        String path = settings.variable("PATH");
        if (path != null) {
            for (String entry : path.split(File.pathSeparator)) {
                Path folder = entry.isEmpty() ? null : path(entry);
                if (folder != null) {
                    folders.add(folder);
                }
            }
        }
        return folders;
    }

    /** An absolute path, or null for a text that cannot be one. */
    private static Path path(String text) {
        try {
            return Path.of(text).toAbsolutePath().normalize();
        } catch (InvalidPathException notAPath) {
            return null;
        }
    }

    private static PythonException none(Settings settings) {
        return new PythonException(
                "no Python found: org.pythonarium.python, PYTHONARIUM_PYTHON and VIRTUAL_ENV are not set,"
                        + " and there is no python3 or python in %s; next: %s"
                        .formatted(pathShown(settings), Remedy.anyPython()));
    }

    private static PythonException namesNothing(String asked, String looked, Settings settings) {
        return new PythonException("%s: '%s' names no Python, %s; next: set it to what 'command -v python3' prints"
                .formatted(settings.source(Setting.PYTHON), asked, looked));
    }

    private static String pathShown(Settings settings) {
        List<Path> folders = foldersOnPath(settings);
        if (folders.isEmpty()) {
            return "PATH, which is empty";
        }
        int more = folders.size() - FOLDERS_SHOWN;
        String shown = listed(folders.subList(0, Math.min(FOLDERS_SHOWN, folders.size())), File.pathSeparator);
        return "PATH (" + shown + (more > 0 ? " and " + more + " more" : "") + ")";
    }

    private static String listed(List<Path> paths, String between) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(between));
    }
}
