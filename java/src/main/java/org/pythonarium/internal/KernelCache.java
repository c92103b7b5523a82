package org.pythonarium.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Enumeration;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * A copy of the kernel in the user's cache folder, beside which Python keeps its bytecode: to
 * compile the kernel anew takes longer than to start Python.
 *
 * <p>One folder for each state of a jar, made whole in another place and moved there, so that any
 * number of programs may start at once. Where there can be none, the kernel is imported from the
 * jar itself. What no program has used for a month goes when a new one is made.
 */
final class KernelCache {

    private static final String PREFIX = "kernel-";
    private static final Duration UNUSED = Duration.ofDays(30);

    private KernelCache() {}

    /** Returns the folder to import from, or nothing where there can be none. */
    static Optional<Path> folder(URL module) {
        try {
            if (!(module.openConnection() instanceof JarURLConnection connection)) {
                return Optional.empty();
            }
            JarFile jar = connection.getJarFile();
            Path folder = cache().resolve(PREFIX + stateOf(jar));
            if (!Files.isDirectory(folder)) {
                copy(jar, parentOf(connection.getEntryName()), folder);
            }
            Files.setLastModifiedTime(folder, FileTime.from(Instant.now()));
            return Optional.of(folder);
        } catch (IOException | InvalidPathException | SecurityException failure) {
            return Optional.empty(); // read-only, full, or no home folder: it only costs time
        }
    }

    private static String stateOf(JarFile jar) throws IOException {
        Path path = Path.of(jar.getName().replaceFirst("!.*", "")); // one jar may lie in another
        return Long.toHexString(Files.size(path))
                + "-" + Long.toHexString(Files.getLastModifiedTime(path).toMillis());
    }

    private static String parentOf(String entry) {
        return entry.substring(0, entry.lastIndexOf('/') + 1);
    }

    private static Path cache() throws IOException {
        Path folder = userCache().resolve("pythonarium");
        Files.createDirectories(folder);
        return folder;
    }

    private static Path userCache() throws IOException {
        String home = System.getProperty("user.home", "");
        String system = System.getProperty("os.name", "");
        String named = system.startsWith("Windows")
                ? System.getenv("LOCALAPPDATA") : System.getenv("XDG_CACHE_HOME");
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        if (home.isEmpty() || home.equals("?")) {
            throw new IOException("no home folder");
        }
        return Path.of(home, system.startsWith("Mac") ? "Library/Caches" : ".cache");
    }

    private static void copy(JarFile jar, String package_, Path folder) throws IOException {
        removeUnused(folder.getParent());
        Path building = Files.createTempDirectory(folder.getParent(), "building-"); // for its owner alone
        try {
            Path target = Files.createDirectories(building.resolve(package_));
            Enumeration<JarEntry> entries = jar.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                String name = entry.getName();
                if (name.startsWith(package_) && name.endsWith(".py")) {
                    try (InputStream source = jar.getInputStream(entry)) {
                        Files.copy(source, target.resolve(name.substring(package_.length())));
                    }
                }
            }
            Files.move(building, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            remove(building);
            if (!Files.isDirectory(folder)) { // else another program was faster
                throw failure;
            }
        }
    }

    private static void removeUnused(Path cache) throws IOException {
        FileTime limit = FileTime.from(Instant.now().minus(UNUSED));
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(cache, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.getLastModifiedTime(folder).compareTo(limit) < 0) {
                    remove(folder);
                }
            }
        }
    }

    private static void remove(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
                for (Path each : inside) {
                    remove(each);
                }
            }
        }
        Files.deleteIfExists(path);
    }
}
