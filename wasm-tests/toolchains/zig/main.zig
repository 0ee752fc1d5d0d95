const std = @import("std");
const expect = std.testing.expect;
const expectEqualStrings = std.testing.expectEqualStrings;

test "a file is written, read and removed" {
    const dir = std.fs.cwd();
    try dir.writeFile("zig.txt", "text");
    var buffer: [16]u8 = undefined;
    try expectEqualStrings("text", try dir.readFile("zig.txt", &buffer));
    try dir.deleteFile("zig.txt");
    try std.testing.expectError(error.FileNotFound, dir.openFile("zig.txt", .{}));
}

test "a directory is made, listed and removed with what is in it" {
    try std.fs.cwd().makePath("zig-dir/below");
    defer std.fs.cwd().deleteTree("zig-dir") catch unreachable;
    var dir = try std.fs.cwd().openIterableDir("zig-dir", .{});
    defer dir.close();
    var entries = dir.iterate();
    const entry = (try entries.next()).?;
    try expectEqualStrings("below", entry.name);
    try expect(entry.kind == .directory);
    try expect(try entries.next() == null);
}

test "an open file outlives its name" {
    const dir = std.fs.cwd();
    const file = try dir.createFile("zig-orphan", .{ .read = true });
    defer file.close();
    try dir.deleteFile("zig-orphan");
    try file.writeAll("kept");
    var buffer: [4]u8 = undefined;
    try expect(try file.preadAll(&buffer, 0) == 4);
    try expectEqualStrings("kept", &buffer);
}
