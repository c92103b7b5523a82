package org.pythonarium;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packages to install, made on the spot, so that no index is asked. */
final class TinyProject {

    /** A build backend that lies in the project itself and needs nothing; -e puts the folder on the path. */
    private static final String BACKEND = """
            import os, zipfile

            def build(folder, name, content):
                wheel = 'tiny_project-%s-py3-none-any.whl' % VERSION
                info = 'tiny_project-%s.dist-info/' % VERSION
                with zipfile.ZipFile(os.path.join(folder, wheel), 'w') as out:
                    out.writestr(name, content)
                    out.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tiny_project\\nVersion: ' + VERSION)
                    out.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
                    out.writestr(info + 'RECORD', '')
                return wheel

            def build_wheel(folder, settings=None, metadata=None):
                return build(folder, 'tiny_project.py', open('tiny_project.py').read())

            def build_editable(folder, settings=None, metadata=None):
                return build(folder, 'tiny_project.pth', os.getcwd())
            """;

    private TinyProject() {}

    /** A pure wheel of one module, in a folder. */
    static Path wheel(Path folder, String name, String version) throws IOException {
        Path file = folder.resolve(name + "-" + version + "-py3-none-any.whl");
        String info = name + "-" + version + ".dist-info/";
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            add(zip, name + ".py", "version = '" + version + "'\n");
            add(zip, info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
            add(zip, info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
            add(zip, info + "RECORD", "");
        }
        return file;
    }

    /** A project with sources, called {@code tiny_project}. */
    static Path sources(Path folder, String version) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("tiny_project.py"), "");
        Files.writeString(folder.resolve("setup.py"), "");
        Files.writeString(folder.resolve("backend.py"), "VERSION = '" + version + "'\n" + BACKEND);
        Files.writeString(folder.resolve("pyproject.toml"), """
                [build-system]
                requires = []
                build-backend = "backend"
                backend-path = ["."]
                """);
        return folder;
    }

    private static void add(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
