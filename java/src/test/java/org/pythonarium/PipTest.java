package org.pythonarium;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.pythonarium.internal.ChildProcess;
import org.pythonarium.internal.TestPython;

/** Real pip in a virtual environment of its own, without an index; in a JVM of its own, as Python is a setting. */
@Timeout(120)
class PipTest {

    @TempDir
    static Path folder;
    private static Path environment;

    @BeforeAll
    static void prepare() throws Exception {
        environment = TestPython.environment(folder.resolve("environment"));
        Files.createDirectory(folder.resolve("wheels"));
        TinyProject.wheel(folder.resolve("wheels"), "Odd_Name", "1.0");
        TinyProject.wheel(folder.resolve("wheels"), "Odd_Name", "1.2.0");
        TinyProject.wheel(folder.resolve("wheels"), "second", "2.0");
    }

    @Test
    @Tag("S38") @Tag("S39") @Tag("S41") @Tag("S42") @Tag("S43")
    void package_isInstalledFoundAndUninstalled() throws Exception {
        assertEquals(List.of("false", "done", "true", "true", "1.2.0", "done", "1.0", "done", "false", "done"), calls(
                "installed? odd-name", "install odd-name", "installed? odd.name", "installed? Odd_Name",
                "version? ODD-NAME", "install odd-name 1.0", "version? odd_name", "uninstall odd-name",
                "installed? odd-name", "uninstall odd-name"));
    }

    @Test
    @Tag("S40")
    void requirementsFile_isInstalled() throws Exception {
        Path file = Files.writeString(folder.resolve("requirements.txt"), "second==2.0  # the only one\n");
        assertEquals(List.of("done", "2.0"), calls("requirements " + file, "version? second"));
    }

    @Test
    @Tag("S38")
    void project_isInstalledFromItsSources() throws Exception {
        Path project = TinyProject.sources(folder.resolve("project"), "3.1");
        assertEquals(List.of("done", "3.1", "done", "done", "true"), calls(
                "setup " + project.resolve("setup.py") + " false", "version? tiny-project", "uninstall tiny-project",
                "setup " + project + " true", "installed? tiny_project"));
        assertTrue(Files.list(environment.resolve("lib")).findFirst().map(
                lib -> Files.exists(lib.resolve("site-packages/tiny_project.pth"))).orElseThrow(),
                "not installed in place");
    }

    @Test
    @Tag("S38")
    void project_isInstalledFromGit() throws Exception {
        Path project = TinyProject.sources(folder.resolve("repository"), "4.0");
        git(project, "init", "-q");
        git(project, "add", ".");
        git(project, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "all");
        assertEquals(List.of("done", "4.0", "done"), calls(
                "git " + project, "version? tiny_project", "uninstall tiny_project"));
    }

    @Test
    @Tag("S44") @Tag("B14")
    void failure_isThrownWithPipsOutput() throws Exception {
        List<String> answers = calls("install no-such-package", "install odd-name 9", "requirements /no/such/file",
                "version? no-such-package");
        assertTrue(answers.get(0).startsWith("exit code 1: Error installing package no-such-package: exit code 1 of "),
                answers.get(0));
        assertTrue(answers.get(0).contains("No matching distribution found for no-such-package"), answers.get(0));
        assertTrue(answers.get(1).contains("Error installing package odd-name==9"), answers.get(1));
        assertTrue(answers.get(1).contains("from versions: 1.0, 1.2.0"), answers.get(1));
        assertTrue(answers.get(2).contains("No such file or directory: '/no/such/file'"), answers.get(2));
        assertEquals("refused: Can't find package no-such-package; next: PythonProcess.pipInstall(\"no-such-package\")",
                answers.get(3));
    }

    @Test
    @Tag("S44")
    void option_isNotTakenForAPackage() throws Exception {
        for (String answer : calls("install --help", "install second -9", "installed? -", "setup /no/such false")) {
            assertTrue(answer.startsWith("refused: "), answer);
        }
    }

    @Test
    @Tag("S44")
    void missingPip_isToldWithTheCommandThatMendsIt() throws Exception {
        Path bare = TestPython.environment(folder.resolve("bare"), "--without-pip");
        String answer = calls(bare, "install second").getFirst();
        assertTrue(answer.contains("No module named pip"), answer);
        assertTrue(answer.endsWith("; next: " + bare.resolve("bin/python") + " -m ensurepip"), answer);
    }

    private static List<String> calls(String... calls) throws Exception {
        return calls(environment, calls);
    }

    private static List<String> calls(Path python, String... calls) throws Exception {
        ProcessBuilder builder = ChildJvm.builder(
                PipProgram.class, Map.of("org.pythonarium.python", python.toString()), calls);
        builder.environment().put("PIP_NO_INDEX", "1");
        builder.environment().put("PIP_FIND_LINKS", folder.resolve("wheels").toString());
        ChildProcess.Ended ended = ChildJvm.run(builder);
        assertEquals("", ended.stderr());
        return ended.stdout().lines().toList();
    }

    private static void git(Path project, String... arguments) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("git", "-C", project.toString());
        builder.command().addAll(List.of(arguments));
        ChildProcess.Ended ended = ChildProcess.run(builder, null, 1 << 16);
        assertEquals(0, ended.exitCode(), ended.stderr());
    }
}
