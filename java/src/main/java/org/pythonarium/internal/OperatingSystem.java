package org.pythonarium.internal;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a Python keeps its files on each kind of system; what is said of Windows follows its documents, untested. */
enum OperatingSystem {
    LINUX(List.of("bin/python", "bin/python3")),
    MAC(List.of("bin/python", "bin/python3")),
    WINDOWS(List.of("Scripts/python.exe", "python.exe"));

    private final List<String> executables;

    OperatingSystem(List<String> executables) {
        this.executables = executables;
    }

    /** The system that runs this JVM; all of Unix but macOS counts as Linux. */
    static OperatingSystem current() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return WINDOWS;
        }
        return name.startsWith("mac") ? MAC : LINUX;
    }

    /** Where the executable of a virtual environment or an installation may lie. */
    List<Path> executablesIn(Path folder) {
        List<Path> paths = new ArrayList<>();
        for (String executable : executables) {
            paths.add(folder.resolve(executable));
        }
        return paths;
    }

    /** The file name of a program. */
    String program(String name) {
        return this == WINDOWS && !name.endsWith(".exe") ? name + ".exe" : name;
    }

    /** Whether a text is a path, and not the bare name of a program. */
    boolean isPath(String text) {
        return text.indexOf('/') >= 0 || text.indexOf(File.separatorChar) >= 0;
    }

    /** The folder of an installation, from the folder of its executable. */
    Path prefixOf(Path executables) {
        Path parent = executables.getParent();
        return this == WINDOWS || parent == null ? executables : parent;
    }
}
