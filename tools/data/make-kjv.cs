// Makes data/kjv from the King James text as Debian's bible-kjv prints it:
//   apt-get install bible-kjv
//   bible -f gen1:1-rev22:21 | dotnet run tools/data/make-kjv.cs -- data/kjv/kjv.txt.gz Ge Exo Mark
// Takes the books that are named, a verse a line without its number, and an empty line behind each chapter.
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: bible -f gen1:1-rev22:21 | dotnet run tools/data/make-kjv.cs -- FILE.gz BOOK…");
    return 1;
}
var books = args[1..].ToHashSet();
var text = new StringBuilder();
var chapter = "";
while (Console.In.ReadLine() is { } line)
{
    var match = Regex.Match(line, @"^(?<book>\d?[A-Za-z]+)(?<chapter>\d+):\d+ (?<verse>.*)$");
    if (!match.Success) throw new InvalidDataException($"This is no verse: {line}");
    if (!books.Contains(match.Groups["book"].Value)) continue;
    var here = match.Groups["book"].Value + match.Groups["chapter"].Value;
    if (chapter.Length > 0 && here != chapter) text.Append('\n');
    chapter = here;
    text.Append(match.Groups["verse"].Value.Trim()).Append('\n');
}
var bytes = Encoding.UTF8.GetBytes(text.ToString());
using (var file = File.Create(args[0]))
using (var zip = new GZipStream(file, CompressionLevel.SmallestSize)) zip.Write(bytes);
Console.WriteLine($"{bytes.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
return 0;
