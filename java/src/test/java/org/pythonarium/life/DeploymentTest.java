package org.pythonarium.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways in which a program is laid out and started. */
class DeploymentTest {

    @TempDir
    Path folder;

    private Path script;
    private Path programs;

    @BeforeEach
    void write() throws IOException {
        programs = copyOfPrograms();
        script = Files.writeString(folder.resolve("script.py"), "import json, sys\nassert sys.flags.utf8_mode\n");
    }

    /** The programs of this package alone: other tests have services, which a program does not. */
    private Path copyOfPrograms() throws IOException {
        Path name = Path.of("org", "pythonarium", "life");
        Path copy = Files.createDirectories(folder.resolve("programs").resolve(name));
        try (DirectoryStream<Path> classes = Files.newDirectoryStream(ChildProgram.tests().resolve(name))) {
            for (Path file : classes) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return folder.resolve("programs");
    }

    private ChildProgram program() {
        return ChildProgram.of(folder, ScriptsProgram.class, "script", script.toString());
    }

    private Path jar(String name, Path... folders) throws IOException {
        Path jar = folder.resolve(name);
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Path source : folders) {
                addAll(out, source);
            }
        }
        return jar;
    }

    private static void addAll(JarOutputStream out, Path source) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            files.filter(Files::isRegularFile).filter(file -> !file.endsWith("module-info.class")).forEach(file -> {
                try {
                    out.putNextEntry(new JarEntry(source.relativize(file).toString().replace(File.separatorChar, '/')));
                    Files.copy(file, out);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        }
    }

    @Test
    void aFatJar() throws Exception {
        Path jar = jar("fat.jar", ChildProgram.product(), programs);
        program().onClassPath(jar.toString()).run().assertGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a folder/a jar.jar", "größe+%20#/product.jar"})
    void aJarInAnyPlace(String name) throws Exception {
        Path jar = jar(name, ChildProgram.product());
        program().onClassPath(jar + File.pathSeparator + programs).run().assertGood();
    }

    private ChildProgram.Ended runNested(String cache) throws Exception {
        Path inner = jar("library.jar", ChildProgram.product());
        Path outer = jar("outer.jar", Files.move(inner, Files.createDirectory(folder.resolve("inside")).resolve("library.jar"))
                .getParent());
        return ChildProgram.of(folder, NestedJarProgram.class, outer.toString(), "library.jar",
                        "import pythonarium_kernel as kernel; print(kernel.__file__)")
                .onClassPath(programs.toString()).withVariable("XDG_CACHE_HOME", cache).run();
    }

    @Test
    void aJarWithinAJar() throws Exception {
        Path cache = folder.resolve("made anew");
        ChildProgram.Ended ended = runNested(cache.toString()).assertGood();
        assertTrue(ended.out().startsWith(cache.toString()), ended::toString);
    }

    @Test
    void aJarWithinAJarNeedsTheCacheFolder() throws Exception {
        ChildProgram.Ended ended = runNested("/dev/null");
        assertTrue(ended.out().startsWith("Python cannot import from jar:file:"), ended::toString);
        assertTrue(ended.out().contains("outer.jar!/library.jar!/pythonarium_kernel/"), ended::toString);
        assertTrue(ended.out().contains("; next: name a folder that can be written by XDG_CACHE_HOME"), ended::toString);
    }

    @Test
    void aModulePath() throws Exception {
        ChildProgram.bare(folder, ScriptsProgram.class, "script", script.toString())
                .with("--enable-native-access=org.pythonarium", "--illegal-native-access=deny")
                .onModulePath(ChildProgram.product().toString(), programs.toString())
                .run().assertGood();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xss1m", "-Xss16m"})
    void twoClassLoaders(String stack) throws Exception {
        ChildProgram.of(folder, ScriptsProgram.class, "loaders",
                        ChildProgram.product().toString(), programs.toString())
                .with(stack).run().assertGood();
    }

    @Test
    void aClassLoaderThatIsClosedBeforeTheEnd() throws Exception {
        ChildProgram.of(folder, ScriptsProgram.class, "closed loader", ChildProgram.product().toString())
                .run().assertEnd(0, "started\ngood\natexit\n");
    }

    @Test
    void deniedNativeAccessIsToldWithTheFlag() throws Exception {
        ChildProgram.Ended ended = ChildProgram.bare(folder, ScriptsProgram.class, "message")
                .with("--illegal-native-access=deny").run().assertGood();
        assertTrue(ended.out().contains("--enable-native-access=ALL-UNNAMED"), ended::toString);
    }

    @Test
    void theFlagLeavesNothingToBeSaid() throws Exception {
        assertEquals("", program().with("-Xcheck:jni").run().assertGood().err());
    }

    @Test
    void anAsciiLocale() throws Exception {
        Files.writeString(script, "import sys\nprint('\\u00e4\\u4e2d', sys.getfilesystemencoding())\n");
        ChildProgram.Ended ended = program().withVariable("LANG", "C").withVariable("LC_ALL", "C")
                .with("-Dstdout.encoding=UTF-8").run().assertGood();
        assertEquals(List.of("\u00e4\u4e2d utf-8", "good"), ended.out().lines().toList());
    }

    @Test
    void variablesOfPythonsOwnAreNotRead() throws Exception {
        Files.writeString(folder.resolve("json.py"), "raise RuntimeError('the wrong json')");
        ChildProgram.Ended ended = program().withVariable("PYTHONPATH", folder.toString())
                .withVariable("PYTHONHOME", "/nowhere").run().assertGood();
        assertFalse(ended.err().contains("wrong"), ended::toString);
    }
}
