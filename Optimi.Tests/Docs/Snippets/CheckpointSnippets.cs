using Optimi;

namespace Snippets;

/// <summary>The code of the page on checkpoints.</summary>
internal sealed class CheckpointSnippets
{
    private ComputeDevice _device = null!;
    private ParameterBuffer _parameters = null!;
    private AdamW _optimizer = null!;
    private string _before = null!;
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void Open()
    {
        _device = ComputeDevice.Open("cpu");
        _parameters = new ParameterBuffer(_device);
        _parameters.Add("weight", DType.Float32, 3).Gradient.Fill(1);
        _optimizer = new AdamW(_parameters, lr: 1e-3);
        _before = Environment.CurrentDirectory;
        _folder = Directory.CreateTempSubdirectory("optimi");
        Environment.CurrentDirectory = _folder.FullName;
    }

    [TearDown]
    public void Close()
    {
        Environment.CurrentDirectory = _before;
        _folder.Delete(recursive: true);
        _optimizer.Dispose();
        _parameters.Dispose();
        _device.Dispose();
    }

    [Test]
    public async Task Save_and_resume()
    {
        AdamW optimizer = _optimizer;
        var schedule = new CosineAnnealingLR(optimizer, tMax: 100);
        optimizer.Step();
        schedule.Step();

        Checkpoint.Save("run.safetensors", new TrainingState(optimizer, schedule));

        optimizer.Step();
        schedule.Step();

        Checkpoint.Load("run.safetensors", new TrainingState(optimizer, schedule));

        Assert.That(optimizer.StepCount(_parameters["weight"]), Is.EqualTo(1));
        Assert.That(schedule.StepCount, Is.EqualTo(1));

        var training = new TrainingState(optimizer, schedule)
        {
            Metadata = new Dictionary<string, string> { ["epoch"] = "7" },
        };
        Checkpoint.Save("run.safetensors", training);
        string epoch = Checkpoint.Load("run.safetensors", training).Metadata["epoch"];

        Assert.That(epoch, Is.EqualTo("7"));

        Checkpoint.Save("run.safetensors", training, new CheckpointSaveOptions { Keep = 3 });

        Assert.That(File.Exists("run.1.safetensors"));
        var progress = new Progress<CheckpointProgress>();
        CancellationToken cancellation = CancellationToken.None;

        await Checkpoint.SaveAsync("run.safetensors", training, progress: progress, cancellation: cancellation);

        using (TensorFile file = TensorFile.Open("run.safetensors"))
            Assert.That(file.TryGet("state.weight.exp_avg", out _));
    }

    [Test]
    public void Save_and_load()
    {
        AdamW optimizer = _optimizer;
        var schedule = new CosineAnnealingLR(optimizer, tMax: 100);

        Checkpoint.Save("run.safetensors", new TrainingState(optimizer, schedule));
        Checkpoint.Load("run.safetensors", new TrainingState(optimizer, schedule));
    }

    [Test]
    public void Load_parameters_alone()
    {
        Checkpoint.Save("run.safetensors", new TrainingState(_optimizer));
        ParameterBuffer parameters = _parameters;

        Checkpoint.Load("run.safetensors", new TrainingState(parameters));

        using var buffer = new ParameterBuffer(_device);
        buffer.Add("weight", DType.BFloat16, 3);
        using var smaller = new AdamW(buffer, lr: 1e-3);

        Checkpoint.Load("run.safetensors", new TrainingState(smaller), new CheckpointLoadOptions
        {
            Conversions = CheckpointConversions.ValueDType | CheckpointConversions.StateDType,
        });

        using TensorFile file = TensorFile.Open("run.safetensors");
        foreach (StoredTensor tensor in file.Tensors)
            Console.WriteLine(tensor);
    }

    [Test]
    public void Exchange_with_PyTorch()
    {
        var training = new TrainingState(_optimizer);
        Checkpoint.Save("from-torch.safetensors", training, new CheckpointSaveOptions { Convention = StateConvention.PyTorch });

        Checkpoint.Load("from-torch.safetensors", training, new CheckpointLoadOptions { Convention = StateConvention.PyTorch });
        Checkpoint.Save("for-torch.safetensors", training, new CheckpointSaveOptions { Convention = StateConvention.PyTorch });

        Assert.That(Checkpoint.Describe("for-torch.safetensors").Convention, Is.EqualTo(StateConvention.PyTorch));
    }

    [Test]
    public void Read_exact_weights()
    {
        using var parameters = new ParameterBuffer(_device);
        Parameter weight = parameters.Add("weight", DType.BFloat16, 3);
        using var optimizer = new AdamW(parameters, new AdamWOptions { Lr = 1e-3, MasterWeightBits = 24 });
        optimizer.MasterWeights(weight).Fill(0.75f);

        float[] weights = new float[weight.Length];
        optimizer.MasterWeights(weight).CopyTo(weights);

        Assert.That(weights, Is.All.EqualTo(0.75f));
    }

    [Test]
    public void Set_states_by_hand()
    {
        AdamW optimizer = _optimizer;
        Parameter weight = _parameters["weight"];
        float[] average = [1, 2, 3];
        float[] averageOfSquares = [1, 4, 9];

        optimizer.State(weight, "exp_avg").CopyFrom(average);
        optimizer.State(weight, "exp_avg_sq").CopyFrom(averageOfSquares);
        optimizer.SetStepCount(weight, 1000);

        Assert.That(optimizer.StepCount(weight), Is.EqualTo(1000));
    }
}
