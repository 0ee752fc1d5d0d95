# Makes, looks at, reads, renames and removes COUNT files in the directory BASE.
require 'digest'
require 'find'

PER_DIR = 50

Dir.mkdir("#{BASE}/tree")
COUNT.times do |i|
  folder = "#{BASE}/tree/dir#{i / PER_DIR}"
  Dir.mkdir(folder) if i % PER_DIR == 0
  File.binwrite("#{folder}/file#{i}.txt", format('%06d ', i) * (i % 200))
end

paths = Find.find("#{BASE}/tree").select { |path| File.file?(path) }.sort
puts "#{paths.size} files, #{paths.sum { |path| File.size(path) }} bytes"
digest = Digest::MD5.new
paths.each { |path| digest << File.binread(path) }
puts digest.hexdigest
paths.each { |path| File.rename(path, "#{path}.old") }
puts Dir.children("#{BASE}/tree/dir0").min(3).inspect
Find.find("#{BASE}/tree").sort.reverse.each { |path| File.directory?(path) ? Dir.rmdir(path) : File.unlink(path) }
puts Dir.children(BASE).inspect
