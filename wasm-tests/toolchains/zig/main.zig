const std = @import("std");
const fs = std.fs;
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectEqualStrings = std.testing.expectEqualStrings;
const expectError = std.testing.expectError;

test "a file is written, read and removed" {
    const dir = fs.cwd();
    try dir.writeFile("zig.txt", "text");
    var buffer: [16]u8 = undefined;
    try expectEqualStrings("text", try dir.readFile("zig.txt", &buffer));
    try dir.deleteFile("zig.txt");
    try expectError(error.FileNotFound, dir.openFile("zig.txt", .{}));
}

test "a directory is made, listed and removed with what is in it" {
    try fs.cwd().makePath("zig-dir/below");
    defer fs.cwd().deleteTree("zig-dir") catch unreachable;
    var dir = try fs.cwd().openIterableDir("zig-dir", .{});
    defer dir.close();
    var entries = dir.iterate();
    const entry = (try entries.next()).?;
    try expectEqualStrings("below", entry.name);
    try expect(entry.kind == .directory);
    try expect(try entries.next() == null);
}

test "an open file outlives its name" {
    const dir = fs.cwd();
    const file = try dir.createFile("zig-orphan", .{ .read = true });
    defer file.close();
    try dir.deleteFile("zig-orphan");
    try file.writeAll("kept");
    var buffer: [4]u8 = undefined;
    try expect(try file.preadAll(&buffer, 0) == 4);
    try expectEqualStrings("kept", &buffer);
}

test "exclusive creation, truncation, and the errors of directories" {
    var tmp = std.testing.tmpDir(.{});
    defer tmp.cleanup();
    const file = try tmp.dir.createFile("a", .{ .exclusive = true });
    try file.writeAll("text");
    file.close();
    try expectError(error.PathAlreadyExists, tmp.dir.createFile("a", .{ .exclusive = true }));
    (try tmp.dir.createFile("a", .{ .truncate = false })).close();
    try expectEqual(@as(u64, 4), (try tmp.dir.statFile("a")).size);
    (try tmp.dir.createFile("a", .{})).close();
    try expectEqual(@as(u64, 0), (try tmp.dir.statFile("a")).size);
    try tmp.dir.makeDir("d");
    try expectError(error.PathAlreadyExists, tmp.dir.makeDir("d"));
    try expectError(error.IsDir, tmp.dir.deleteFile("d"));
    try expectError(error.NotDir, tmp.dir.deleteDir("a"));
    try expectError(error.NotDir, tmp.dir.openDir("a", .{}));
    (try tmp.dir.createFile("d/inner", .{})).close();
    try expectError(error.DirNotEmpty, tmp.dir.deleteDir("d"));
    try expectError(error.FileNotFound, tmp.dir.openDir("none", .{}));
}

test "offsets: seek, positional and vectored calls, a hole, a new end" {
    var tmp = std.testing.tmpDir(.{});
    defer tmp.cleanup();
    const file = try tmp.dir.createFile("a", .{ .read = true });
    defer file.close();
    try file.pwriteAll("end", 1 << 20);
    try expectEqual(@as(u64, (1 << 20) + 3), try file.getEndPos());
    try expectEqual(@as(u64, 0), try file.getPos());
    try file.seekFromEnd(-2);
    var buffer: [8]u8 = undefined;
    try expectEqualStrings("nd", buffer[0..try file.readAll(&buffer)]);
    try expectEqual(@as(usize, 8), try file.preadAll(&buffer, 100));
    try expectEqualStrings("\x00" ** 8, &buffer);
    try file.setEndPos(2);
    try file.seekTo(0);
    var parts = [_]std.os.iovec_const{ .{ .iov_base = "ab", .iov_len = 2 }, .{ .iov_base = "cde", .iov_len = 3 } };
    try file.writevAll(&parts);
    try expectEqual(@as(u64, 5), try file.getEndPos());
    try expectEqualStrings("abcde", buffer[0..try file.preadAll(&buffer, 0)]);
}

test "renames, symlinks, times and copies" {
    var tmp = std.testing.tmpDir(.{});
    defer tmp.cleanup();
    try tmp.dir.writeFile("a", "a");
    try tmp.dir.writeFile("b", "bb");
    try tmp.dir.rename("a", "b");
    try expectError(error.FileNotFound, tmp.dir.access("a", .{}));
    try expectEqual(@as(u64, 1), (try tmp.dir.statFile("b")).size);
    try tmp.dir.symLink("b", "link", .{});
    var buffer: [64]u8 = undefined;
    try expectEqualStrings("b", try tmp.dir.readLink("link", &buffer));
    // Zig 0.11 asks WASI not to follow a symlink.
    try expectError(error.SymLinkLoop, tmp.dir.readFile("link", &buffer));
    const file = try tmp.dir.openFile("b", .{ .mode = .read_write });
    defer file.close();
    try file.updateTimes(1_234_567_890_123_456_789, 987_654_321_987_654_321);
    const stat = try file.stat();
    try expectEqual(@as(i128, 1_234_567_890_123_456_789), stat.atime);
    try expectEqual(@as(i128, 987_654_321_987_654_321), stat.mtime);
    try tmp.dir.copyFile("b", tmp.dir, "copy", .{});
    try expectEqualStrings("a", try tmp.dir.readFile("copy", &buffer));
}

test "an atomic file appears with its whole content" {
    var tmp = std.testing.tmpDir(.{});
    defer tmp.cleanup();
    var atomic = try tmp.dir.atomicFile("whole", .{});
    defer atomic.deinit();
    try atomic.file.writeAll("content");
    try expectError(error.FileNotFound, tmp.dir.access("whole", .{}));
    try atomic.finish();
    var buffer: [16]u8 = undefined;
    try expectEqualStrings("content", try tmp.dir.readFile("whole", &buffer));
}

test "a walk of 300 files in a tree, which is then removed" {
    var tmp = std.testing.tmpIterableDir(.{});
    defer tmp.cleanup();
    const dir = tmp.iterable_dir.dir;
    var name: [32]u8 = undefined;
    for (0..300) |i| {
        const sub = try std.fmt.bufPrint(&name, "t/{d}", .{i % 7});
        try dir.makePath(sub);
        try dir.writeFile(try std.fmt.bufPrint(&name, "t/{d}/f{d}", .{ i % 7, i }), "x");
    }
    var walker = try tmp.iterable_dir.walk(std.testing.allocator);
    defer walker.deinit();
    var files: usize = 0;
    var dirs: usize = 0;
    while (try walker.next()) |entry| {
        if (entry.kind == .file) files += 1 else dirs += 1;
    }
    try expectEqual(@as(usize, 300), files);
    try expectEqual(@as(usize, 8), dirs);
    try dir.deleteTree("t");
    try expectError(error.FileNotFound, dir.access("t", .{}));
}

test "clocks and random bytes" {
    const before = std.time.nanoTimestamp();
    var timer = try std.time.Timer.start();
    std.time.sleep(2 * std.time.ns_per_ms);
    try expect(timer.read() >= 2 * std.time.ns_per_ms);
    try expect(std.time.nanoTimestamp() > before);
    var bytes = [_]u8{0} ** 64;
    std.crypto.random.bytes(&bytes);
    try expect(!std.mem.allEqual(u8, &bytes, 0));
}
