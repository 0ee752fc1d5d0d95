const std = @import("std");

pub fn build(b: *std.Build) void {
    const wasi = std.zig.CrossTarget{ .cpu_arch = .wasm32, .os_tag = .wasi };
    const tests = b.addTest(.{ .root_source_file = .{ .path = "main.zig" }, .target = wasi, .optimize = .Debug });
    const run = b.addRunArtifact(tests);
    b.step("test", "Runs the tests").dependOn(&run.step);
}
