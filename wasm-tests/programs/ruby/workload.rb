# Uses the file functions of Ruby's library, in the directory BASE, with COUNT files; all that it prints is known beforehand.
# `@host` lines mark the moments at which unlinked files are open.
require 'csv'
require 'digest'
require 'fileutils'
require 'find'
require 'json'
require 'pathname'
require 'tempfile'
require 'tmpdir'

ENV['TMPDIR'] = "#{BASE}/temp"
Dir.mkdir("#{BASE}/temp")

def at(*names) = File.join(BASE, *names)

def section(name) = puts("-- #{name}")

def refused(what)
  yield
  puts "#{what} is not refused"
rescue SystemCallError => error
  puts "#{what}: #{error.class.name}"
end

def content(i) = format('%06d ', i) * (i % 50)

def tree_sum(root)
  lines = Find.find(root).sort.map do |path|
    st = File.lstat(path)
    what = st.symlink? ? File.readlink(path) : st.file? ? Digest::MD5.file(path).hexdigest : ''
    [path.delete_prefix(root), st.ftype, st.file? ? st.size : 0, what].to_json
  end
  Digest::SHA256.hexdigest(lines.join)[0, 16]
end

section 'many files'
Dir.mkdir(at('flat'))
COUNT.times { |i| File.binwrite(at('flat', format('file%05d.txt', i)), content(i)) }
names = Dir.children(at('flat'))
sizes = Dir.each_child(at('flat')).sum { |name| File.size(at('flat', name)) }
puts [names.size, names.uniq.size, sizes, names.min, names.max].inspect
puts Dir.glob(at('flat', 'file*7.txt')).size
removed = 0
Dir.each_child(at('flat')) { |name| removed += File.unlink(at('flat', name)) if name[8].to_i.even? }
puts "removed #{removed}, left #{Dir.children(at('flat')).size}"
refused('rmdir') { Dir.rmdir(at('flat')) }
FileUtils.rm_r(at('flat'))
puts File.exist?(at('flat'))

section 'tree'
COUNT.times do |i|
  dir = at('tree', "a#{i % 7}", "b#{i % 5}", 'c')
  FileUtils.mkdir_p(dir)
  File.write(File.join(dir, "f#{i}"), content(i))
end
50.times { |i| File.symlink("../a#{i % 7}/b#{i % 5}/c/f#{i}", at('tree', 'a0', "link#{i}")) }
puts tree_sum(at('tree'))
puts Dir.glob(at('tree', '**', 'f*9')).size, Pathname.new(at('tree')).find.count(&:symlink?)
FileUtils.mkdir(at('copy'))
Find.find(at('tree')) do |path|
  to = path.sub(at('tree'), at('copy'))
  st = File.lstat(path)
  if st.symlink? then File.symlink(File.readlink(path), to)
  elsif st.directory? then FileUtils.mkdir_p(to)
  else IO.copy_stream(path, to)
  end
end
puts tree_sum(at('copy'))
File.rename(at('copy', 'a3'), at('copy', 'a4', 'moved'))
refused('rename into itself') { File.rename(at('copy', 'a4'), at('copy', 'a4', 'moved', 'x')) }
refused('rename over a full directory') { File.rename(at('copy', 'a5'), at('copy', 'a4')) }
FileUtils.mv(at('copy', 'a5'), at('five'))
puts tree_sum(at('copy')), tree_sum(at('five'))
FileUtils.rm_rf([at('copy'), at('five')])

section 'files'
File.write(at('file'), "one\ntwo\nthree\n")
File.open(at('file'), 'r+') do |file|
  file.seek(4)
  file.write('TWO')
  puts file.gets.inspect, file.read.inspect, file.pos
  file.truncate(7)
  puts file.size
end
File.open(at('file'), 'a+') do |file|
  file.puts('appended')
  file.rewind
  puts file.readlines.inspect
end
File.truncate(at('file'), 20)
puts File.binread(at('file')).inspect, IO.readlines(at('file'), chomp: true).size
puts IO.binwrite(at('file'), 'xy', 30), File.size(at('file'))
File.utime(Time.at(1, 5, :nsec), Time.at(1_700_000_000, 999_999_999, :nsec), at('file'))
puts File.atime(at('file')).nsec, File.mtime(at('file')).to_i, File.mtime(at('file')).nsec
refused('exclusive') { File.open(at('file'), File::CREAT | File::EXCL | File::WRONLY) }
refused('missing') { File.read(at('none')) }
refused('through a file') { File.stat(at('file', '..', 'file')) }
refused('a directory') { File.open(BASE, 'w') }
refused('unlink of a directory') { File.unlink(at('temp')) }

section 'links'
File.symlink('file', at('one'))
File.symlink('one', at('two'))
File.symlink('loop', at('loop'))
puts File.read(at('two')).size, File.readlink(at('two')), File.symlink?(at('two')), File.lstat(at('two')).size
puts File.realpath(at('two')).delete_prefix(File.realpath(BASE))
refused('a loop') { File.read(at('loop')) }
File.link(at('file'), at('hard'))
puts File.stat(at('hard')).nlink, File.identical?(at('file'), at('hard'))
File.unlink(at('file'))
puts File.exist?(at('two')), File.symlink?(at('two')), File.stat(at('hard')).nlink

section 'temporary files'
files = Array.new(200) { |i| Tempfile.create.tap { |file| file.write(i.to_s) } }
files.each { |file| File.unlink(file.path) }
files.each(&:flush)
puts '@host many'
$stdout.flush
puts Dir.children(at('temp')).inspect, files.sum(&:size)
files.each_with_index { |file, i| file.rewind && file.read == i.to_s or raise 'lost' }
files.each(&:close)
temp = Tempfile.new('named')
temp.write('x' * 10_000)
temp.flush
puts Dir.children(at('temp')).size, File.size(temp.path)
temp.close!
Dir.mktmpdir { |dir| 20.times { |i| File.write("#{dir}/#{i}", '') } }
puts Dir.children(at('temp')).inspect

section 'library'
CSV.open(at('table.csv'), 'w') { |csv| 500.times { |i| csv << [i, "name, #{i}", i * i] } }
puts CSV.foreach(at('table.csv')).sum { |row| row[2].to_i }, File.size(at('table.csv'))
File.binwrite(at('dump'), Marshal.dump((1..1000).to_h { |i| [i, i.to_s] }))
puts Marshal.load(File.binread(at('dump'))).size
FileUtils.cp(at('dump'), at('dump2'))
puts FileUtils.compare_file(at('dump'), at('dump2'))
FileUtils.ln_s('dump', at('dumplink'), force: true)
FileUtils.touch(at('dump2'), mtime: Time.at(3))
puts FileUtils.uptodate?(at('dump'), [at('dump2')]), File.ftype(at('dumplink'))
FileUtils.mkdir(at('lib'))
File.write(at('lib', 'part.rb'), 'PART = 42')
$LOAD_PATH.unshift(at('lib'))
require 'part'
puts PART
Dir.chdir(at('lib')) { puts Dir.children('.').inspect, File.read('../lib/part.rb') }

FileUtils.rm_rf(Dir.children(BASE).map { |name| at(name) } - [at('temp')])
puts Dir.children(BASE).inspect
$kept = Array.new(10) { Tempfile.create }
$kept.each do |file|
  File.unlink(file.path)
  file.write('never closed')
  file.flush
end
puts '@host kept'
$stdout.flush
