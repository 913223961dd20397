namespace Optimi.Tests;

internal sealed class ZipDirectoryTests
{
    private const int EndSize = 22;

    // Where the directory of Archive() begins, and the places of what it says.
    private const int Directory = 30 + 1 + 3;
    private const int Flags = Directory + 8;
    private const int Method = Directory + 10;
    private const int Stored = Directory + 20;
    private const int Header = Directory + 42;
    private const int End = Directory + 46 + 1;

    [Test]
    public void The_place_of_a_file_is_found() =>
        Assert.That(Read(Archive()).Find("a"), Is.EqualTo((31L, 3L)));

    [Test]
    public void A_file_that_is_not_there_has_no_place() => Assert.That(Read(Archive()).Find("b"), Is.Null);

    [Test]
    public void A_comment_at_the_end_is_passed_over()
    {
        byte[] archive = [.. Archive(), .. "a comment"u8];
        archive[End + 20] = 9;
        Assert.That(Read(archive).Find("a"), Is.EqualTo((31L, 3L)));
    }

    [Test]
    public void Zip64_is_read() => Assert.That(Read(Zip64()).Find("a"), Is.EqualTo((31L, 3L)));

    [TestCase(Flags, 1, "has an encrypted 'a'")]
    [TestCase(Flags, 0x40, "has an encrypted 'a'")]
    [TestCase(Method, 8, "has a compressed 'a'")]
    [TestCase(Stored, 2, "has a compressed 'a'")]
    [TestCase(8, 8, "does not have 'a' where its directory says", TestName = "Another method in the local header")]
    [TestCase(0, 0, "does not have 'a' where its directory says", TestName = "No local header")]
    [TestCase(26, 2, "does not have 'a' where its directory says", TestName = "A longer name in the local header")]
    [TestCase(30, 'b', "does not have 'a' where its directory says", TestName = "Another name in the local header")]
    [TestCase(28, 200, "does not have 'a' where its directory says", TestName = "A local header that does not end")]
    [TestCase(Header, 1, "does not have 'a' where its directory says")]
    [TestCase(Header + 3, 255, "does not have 'a' where its directory says")]
    public void A_file_that_cannot_be_read_from_where_it_lies_is_refused(int at, int value, string cause) => Assert.That(
        () => Read(With(Archive(), at, value)).Find("a"), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains(cause));

    [TestCase(Directory, 0, "a damaged directory", TestName = "No entry where one is expected")]
    [TestCase(Directory + 28, 2, "a damaged directory", TestName = "A name that is longer than the directory")]
    [TestCase(Directory + 46, 255, "not Unicode", TestName = "A name that is not Unicode")]
    [TestCase(End, 0, "has no end record", TestName = "No end record")]
    [TestCase(End + 4, 1, "is a part of several", TestName = "A part of several archives")]
    [TestCase(End + 10, 2, "has 1 entries, but says 2", TestName = "More entries than there are")]
    [TestCase(End + 12, 46, "a damaged directory", TestName = "A shorter directory")]
    [TestCase(End + 12, 48, "48 bytes long, but ends at byte 81", TestName = "A longer directory")]
    [TestCase(End + 19, 255, "but ends at byte 81", TestName = "A directory behind the end")]
    [TestCase(End + 20, 1, "has no end record", TestName = "A comment that is not there")]
    public void A_damaged_directory_is_refused(int at, int value, string cause) => AssertRefused(With(Archive(), at, value), cause);

    [TestCase(0, "has no zip64 record", TestName = "No zip64 record")]
    [TestCase(56, "has no zip64 record", TestName = "No place of the zip64 record")]
    [TestCase(56 + 8 + 7, "has no zip64 record", TestName = "A place of the zip64 record outside the file")]
    [TestCase(40 + 7, "but ends at byte", TestName = "A zip64 directory that does not end")]
    [TestCase(48 + 7, "but ends at byte", TestName = "A zip64 directory outside the file")]
    [TestCase(32 + 7, "has 1 entries", TestName = "A zip64 directory of many entries")]
    [TestCase(-28, "zip64 numbers are missing", TestName = "An entry without zip64 numbers")]
    public void A_damaged_zip64_record_is_refused(int at, string cause)
    {
        byte[] archive = Zip64();
        AssertRefused(With(archive, archive.Length - EndSize - 20 - 56 + at, 255), cause);
    }

    [Test]
    public void Two_files_of_one_name_are_refused()
    {
        byte[] archive = PthWriter.Zip([("x/data.pkl", PickleWriter.Pickle(1)), ("x/data.pkl", PickleWriter.Pickle(2))]);
        AssertRefused(archive, "has 'x/data.pkl' twice");
    }

    [TestCase(0)]
    [TestCase(21)]
    public void A_file_that_is_too_short_is_refused(int length) => AssertRefused(new byte[length], "has no end record");

    private static byte[] Archive() => PthWriter.Zip([("a", [1, 2, 3])]);

    /// <summary>The same with all that can be wide being so.</summary>
    private static byte[] Zip64()
    {
        byte[] archive = Archive();
        byte[] entry = archive[Directory..End];
        entry.AsSpan(20, 8).Fill(255);
        entry.AsSpan(42, 4).Fill(255);
        entry[30] = 4 + 2 + 4 + 24;
        byte[] extra = [7, 0, 2, 0, 9, 9, 1, 0, 24, 0, .. PthWriter.Bytes<long>(3, 3, 0)];
        byte[] record = [.. "PK\x06\x06"u8, .. new byte[28], .. PthWriter.Bytes<long>(1, entry.Length + extra.Length, Directory)];
        byte[] locator = [.. "PK\x06\x07"u8, .. new byte[4], .. PthWriter.Bytes<long>(Directory + entry.Length + extra.Length), .. new byte[4]];
        byte[] end = archive[End..];
        end.AsSpan(8, 12).Fill(255);
        return [.. archive[..Directory], .. entry, .. extra, .. record, .. locator, .. end];
    }

    private static byte[] With(byte[] archive, int at, int value)
    {
        archive[at] = (byte)value;
        return archive;
    }

    private static ZipDirectory Read(byte[] archive) => ZipDirectory.Read(new ByteSource("The file", archive));

    private static void AssertRefused(byte[] archive, string cause) =>
        Assert.That(() => Read(archive), Throws.TypeOf<CheckpointFormatException>().With.Message.Contains(cause));
}
