using System.Text.Json;
using Optimi.Bench;

namespace Optimi.Tests;

[NonParallelizable]
internal sealed class ReplayCommandTests
{
    private static readonly string _cases = Path.Combine(AppContext.BaseDirectory, "Golden", "Cases");

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("optimi").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_folder_is_replayed_and_reported()
    {
        string json = Path.Combine(_folder, "reports.json");
        string[] paths = Directory.GetFiles(_cases, "sgd_*.safetensors");
        Assert.That(Replay([.. paths, "--skip", "*_l2.*", "--json", json]), Is.EqualTo(ExitCode.Success));
        using JsonDocument reports = JsonDocument.Parse(File.ReadAllText(json));
        JsonElement[] all = [.. reports.RootElement.EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(
                all.Select(report => report.GetProperty("case").GetString()), Has.All.StartsWith("sgd").And.Exactly(paths.Length - 2).Items);
            Assert.That(
                all[0].EnumerateObject().Select(field => field.Name),
                Is.EqualTo((string[])["case", "device", "elements", "differ", "maxUlp", "rmsRatio", "pass", "reason"]));
        });
    }

    [Test]
    public void A_difference_of_one_bit_is_a_failure()
    {
        string path = Path.Combine(_cases, "sgd_base.float32.safetensors");
        byte[] bytes = File.ReadAllBytes(path);
        // The first parameters' initial values come first: another start gives another end.
        int data = 8 + BitConverter.ToInt32(bytes);
        bytes[data + 3] ^= 1;
        string changed = Path.Combine(_folder, "changed.safetensors");
        File.WriteAllBytes(changed, bytes);
        Assert.That(Replay(changed), Is.EqualTo(ExitCode.Failure));
    }

    [Test]
    public void Unusable_input_is_refused()
    {
        string garbage = Path.Combine(_folder, "garbage.safetensors");
        File.WriteAllText(garbage, "garbage, and no case at all");
        Assert.Multiple(() =>
        {
            Assert.That(Replay("/no/such/path"), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(Replay(garbage), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(Replay(_cases, "--skip", "*"), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(Replay(_cases, "--device", "gpu"), Is.EqualTo(ExitCode.UnusableInput));
            Assert.That(Replay(_cases, "--device", ","), Is.EqualTo(ExitCode.UnusableInput));
        });
    }

    private static int Replay(params string[] arguments) => ReplayCommand.Create().Parse(arguments).Invoke();
}
