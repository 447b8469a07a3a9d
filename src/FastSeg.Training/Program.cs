using FastSeg.Learning.Runs;

return new Conversation(Console.In, Console.Out).Run();
